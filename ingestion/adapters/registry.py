"""The registry of adapters: a new provider is a module in this package and a line in this list."""

from __future__ import annotations

from importlib import import_module

from ingestion.adapters.adapter import Adapter

#: Modules of this package, one per adapter; the last part of the name is the adapter's name.
_MODULES = (
    "email.sendgrid",
    "email.ses",
    "email.mailgun",
    "email.postmark",
    "email.sparkpost",
    "email.brevo",
    "email.mandrill",
    "email.resend",
    "email.mailjet",
    "web.segment",
    "web.snowplow",
    "web.access_log",
    "native.dynamics365",
    "native.interactions",
    "crm",
)

ADAPTERS: dict[str, Adapter] = {
    module.rpartition(".")[2]: import_module(f"ingestion.adapters.{module}").ADAPTER for module in _MODULES
}
