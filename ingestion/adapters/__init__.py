"""The registry of adapters, explicit: a new provider is a module here and a line in this list.

Belongs here: the list. Does not belong here: anything about a provider.
"""

from __future__ import annotations

from importlib import import_module

from ingestion.adapter import Adapter

_NAMES = (
    "sendgrid",
    "ses",
    "mailgun",
    "postmark",
    "sparkpost",
    "brevo",
    "mandrill",
    "resend",
    "mailjet",
    "segment",
    "snowplow",
    "access_log",
    "dynamics365",
    "interactions",
    "crm",
)

ADAPTERS: dict[str, Adapter] = {name: import_module(f"{__name__}.{name}").ADAPTER for name in _NAMES}
