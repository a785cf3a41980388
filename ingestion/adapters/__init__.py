"""The registry of adapters, explicit: a new provider is one file and one line here.

Belongs here: the list. Does not belong here: anything about a provider.
"""

from __future__ import annotations

from ingestion.adapter import Adapter
from ingestion.adapters import (
    access_log,
    brevo,
    crm,
    dynamics365,
    interactions,
    mailgun,
    mandrill,
    postmark,
    segment,
    sendgrid,
    ses,
    snowplow,
    sparkpost,
)

ADAPTERS: dict[str, Adapter] = {
    adapter.name: adapter
    for adapter in (
        sendgrid.ADAPTER,
        ses.ADAPTER,
        mailgun.ADAPTER,
        postmark.ADAPTER,
        sparkpost.ADAPTER,
        brevo.ADAPTER,
        mandrill.ADAPTER,
        segment.ADAPTER,
        snowplow.ADAPTER,
        access_log.ADAPTER,
        dynamics365.ADAPTER,
        interactions.ADAPTER,
        crm.ADAPTER,
    )
}
