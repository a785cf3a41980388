"""Feed name -> emitter. Belongs here: the list, nothing else."""

from __future__ import annotations

from simulator.emit import (
    access_log,
    brevo,
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
from simulator.emit.records import Emitter

EMITTERS: dict[str, Emitter] = {
    "sendgrid": sendgrid.EMITTER,
    "ses": ses.EMITTER,
    "mailgun": mailgun.EMITTER,
    "postmark": postmark.EMITTER,
    "sparkpost": sparkpost.EMITTER,
    "brevo": brevo.EMITTER,
    "mandrill": mandrill.EMITTER,
    "interactions": interactions.EMITTER,
    "segment": segment.EMITTER,
    "snowplow": snowplow.EMITTER,
    "access_log": access_log.EMITTER,
}
