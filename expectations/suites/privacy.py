"""Addresses live in the contact dimension only: the promise that they do not leak from it.

Belongs here: which texts may hold an address. Does not belong here: taking addresses out (the dbt models do
that).
"""

from __future__ import annotations

from expectations.rules import TextsNameNobody
from expectations.suites.base import MARTS, audit

#: Endings of columns that may hold an address: ids and links are kept verbatim, a feed may use an address in
#: either; form values and survey answers are tagged as personal; the body of an e-mail is what it is.
MAY_HOLD_ADDRESSES = (
    *("_id", "_key", "url", "page_address", "referrer"),
    *("html", "submitted_values", "answers", "file"),
)

CHECKS = (
    audit(
        "addresses_only_in_dim_contact",
        "dim_contact",
        "no contact's address stands in any table but dim_contact",
        TextsNameNobody(f"{MARTS}.dim_contact", "email", but=MAY_HOLD_ADDRESSES),
        if_broken="Personal data would be published where nobody expects it: take the named column out of its"
        " model, or let staging remove addresses from it.",
    ),
)
