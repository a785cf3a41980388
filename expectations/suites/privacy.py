"""The promise that e-mail addresses are in the contact dimension only.

Belongs here: which columns may hold an address. Does not belong here: removing addresses (dbt models do
that).
"""

from __future__ import annotations

from expectations.rules import TextsNameNobody
from expectations.suites.base import MARTS, audit

#: Endings of the names of columns that may hold an address. Ids and links are kept verbatim, and a feed may
#: use an address in them; form values and survey answers are tagged as personal; an e-mail's body is kept
#: verbatim.
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
