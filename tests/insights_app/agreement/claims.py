"""Which atoms each block of the app counts, and by what: two blocks that count the same atoms must agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Claim:
    """What a block shows.

    block: its entity and query. atoms: what it counts. of: the atoms' column that holds the record's id.
    by: the block's columns that tell its rows apart, and the atoms' expressions for them. where: more
    conditions on atoms. has_days, has_journey, has_people: which filters of the page hold for the block.
    is_list: whether a row is an atom and not a count. most: where only the first rows are shown, how many.
    is_part: whether the block leaves out rows by rules of its own.
    """

    block: tuple[str, str]
    atoms: str
    of: str = ""
    by: Mapping[str, str] = field(default_factory=dict)
    where: str = "true"
    has_days: bool = True
    has_journey: bool = False
    has_people: bool = True
    is_list: bool = False
    most: int = 0
    is_part: bool = False

    def __str__(self) -> str:
        return f"{'.'.join(self.block)} counts {self.atoms}"


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


_EMAIL = {"of": "email_id", "has_journey": True}
_PLACE = {name: f"coalesce({name}, '')" for name in ("country", "region", "city")}
_VISITOR = {"country": "coalesce(country, '')", "is_machine": "is_machine"}
CLAIMS = [
    Claim(("home", "kpis"), "messages", has_journey=True),
    Claim(("home", "volumes"), "messages", by=_same("day"), has_journey=True),
    Claim(("home", "rates"), "messages", by=_same("day"), has_journey=True),
    Claim(("home", "worse_delivery"), "messages", by=_same("recipient_domain"), has_journey=True, is_part=True),
    Claim(("home", "freshness"), "files", by=_same("feed"), has_days=False),
    Claim(("emails", "emails"), "messages", by=_same("email_id"), has_days=False, has_people=False),
    Claim(("emails", "kpis"), "messages", **_EMAIL),
    Claim(("emails", "funnel"), "messages", **_EMAIL),
    Claim(("emails", "domains"), "messages", by=_same("recipient_domain"), **_EMAIL),
    Claim(("emails", "outcomes"), "messages", by=_same("delivery_status", "reason"), **_EMAIL),
    Claim(("emails", "recipients"), "messages", by=_same("contact_id", "recipient_domain", "delivery_status", "reason"), is_list=True, **_EMAIL),
    Claim(("emails", "top_links"), "responses", by=_same("link_url"), where="interaction_type = 'email_clicked'", most=10, **_EMAIL),
    Claim(("emails", "links"), "responses", by=_same("link_url"), where="interaction_type = 'email_clicked'", **_EMAIL),
    Claim(("emails", "clients"), "responses", by=_same("client"), most=12, **_EMAIL),
    Claim(("emails", "devices"), "responses", by=_same("device", "operating_system"), **_EMAIL),
    Claim(("emails", "geography"), "responses", by=_PLACE, **_EMAIL),
    Claim(("emails", "responses"), "email_events", by=_same("day"), where="interaction_type in ('email_opened', 'email_clicked')", **_EMAIL),
    Claim(("emails", "interactions_daily"), "email_events", by=_same("day"), has_people=False, **_EMAIL),
    Claim(("emails", "interactions"), "email_events", by=_same("interaction_type", "contact_id", "is_machine"), is_list=True, **_EMAIL),
    Claim(("journeys", "journeys"), "participations", by=_same("journey_id"), has_days=False),
    Claim(("journeys", "journeys"), "messages", by=_same("journey_id"), has_days=False, has_people=False),
    Claim(("journeys", "participation"), "participations", of="journey_id"),
    Claim(("journeys", "entries"), "participations", of="journey_id", by=_same("day")),
    Claim(("journeys", "tiles"), "passes", of="journey_id", by=_same("tile")),
    Claim(("journeys", "tile_table"), "passes", of="journey_id", by=_same("tile")),
    Claim(("journeys", "reasons"), "passes", of="journey_id", by={**_same("tile", "state"), "reason": "coalesce(reason, '')"}, where="state in ('blocked', 'failed')"),
    Claim(("journeys", "paths"), "passes", of="journey_id", by={"tile": "tile", "path": "coalesce(path, 'unknown')"}, where="state = 'processed'"),
    Claim(("journeys", "contacts_of_tiles"), "passes", of="journey_id", by=_same("contact_id", "tile", "state"), where="($tile is null or tile_id = $tile) and ($state is null or state = $state)", is_list=True),
    Claim(("journeys", "emails_of_journey"), "messages", of="journey_id", by=_same("email_id")),
    Claim(("contacts", "contacts"), "messages", by=_same("contact_id"), has_days=False, has_people=False, is_part=True),
    Claim(("contacts", "kpis"), "messages", of="contact_id"),
    Claim(("contacts", "emails_of_contact"), "messages", of="contact_id", by={"delivery_status": "delivery_status", "reason": "reason", "journey_id": "journey_id"}, is_list=True),
    Claim(("contacts", "by_type"), "contact_interactions", of="contact_id", by=_same("interaction_type")),
    Claim(("contacts", "web"), "contact_visits", of="contact_id", by={**_same("website_id", "url", "link_url"), "interaction_date": "day"}),
    Claim(("contacts", "surveys"), "surveys", of="contact_id", by=_same("score"), is_list=True),
    Claim(("contacts", "forms"), "submissions", of="contact_id", by=_same("form_id"), is_list=True),
    Claim(("segments", "segments"), "segment_changes", by=_same("segment_id"), has_days=False),
    Claim(("segments", "segments"), "segment_days", by=_same("segment_id"), has_days=False),
    Claim(("segments", "kpis"), "segment_changes", of="segment_id"),
    Claim(("segments", "kpis"), "segment_days", of="segment_id"),
    Claim(("segments", "members"), "segment_days", of="segment_id", by=_same("day")),
    Claim(("segments", "flows"), "segment_changes", of="segment_id", by=_same("day")),
    Claim(("segments", "changes"), "segment_changes", of="segment_id", by=_same("contact_id", "interaction_type"), is_list=True),
    Claim(("leads", "leads"), "leads", by=_same("lead_id", "stage"), has_days=False, is_list=True),
    Claim(("scoring_models", "daily"), "scores", of="lead_scoring_model_id", by=_same("day")),
    Claim(("pages", "pages"), "page_visits", by=_same("page_id"), has_days=False, has_people=False),
    Claim(("pages", "pages"), "page_submissions", by=_same("page_id"), has_days=False),
    Claim(("pages", "kpis"), "page_visits", of="page_id", has_journey=True),
    Claim(("pages", "kpis"), "page_submissions", of="page_id", has_journey=True),
    Claim(("pages", "daily"), "page_visits", of="page_id", by=_same("day"), has_journey=True),
    Claim(("pages", "daily"), "page_submissions", of="page_id", by=_same("day"), has_journey=True),
    Claim(("pages", "geography"), "page_visits", of="page_id", by=_PLACE, has_journey=True),
    Claim(("pages", "geography"), "page_submissions", of="page_id", by=_PLACE, has_journey=True),
    Claim(("pages", "visits"), "page_visits", of="page_id", by=_VISITOR, has_journey=True, is_list=True),
    Claim(("pages", "submissions_of_page"), "page_submissions", of="page_id", by=_same("contact_id", "lead_result"), has_journey=True, is_list=True),
    Claim(("forms", "forms"), "form_visits", by=_same("form_id"), has_days=False, has_people=False),
    Claim(("forms", "forms"), "form_submissions", by=_same("form_id"), has_days=False),
    Claim(("forms", "kpis"), "form_visits", of="form_id"),
    Claim(("forms", "kpis"), "form_submissions", of="form_id"),
    Claim(("forms", "daily"), "form_visits", of="form_id", by=_same("day")),
    Claim(("forms", "daily"), "form_submissions", of="form_id", by=_same("day")),
    Claim(("forms", "geography"), "form_visits", of="form_id", by=_PLACE),
    Claim(("forms", "visits"), "form_visits", of="form_id", by=_VISITOR, is_list=True),
    Claim(("forms", "submissions_of_form"), "form_submissions", of="form_id", by=_same("contact_id", "lead_result"), is_list=True),
    Claim(("websites", "websites"), "website_visits", by=_same("website_id"), has_days=False, has_people=False),
    Claim(("websites", "kpis"), "website_visits", of="website_id"),
    Claim(("websites", "daily"), "website_visits", of="website_id", by=_same("day")),
    Claim(("websites", "popular"), "website_visits", of="website_id", by={"url": "page_address"}),
    Claim(("websites", "geography"), "website_visits", of="website_id", by=_PLACE),
    Claim(("websites", "visits_of_website"), "website_visits", of="website_id", by=_VISITOR, is_list=True),
    Claim(("redirect_urls", "redirect_urls"), "redirect_clicks", by=_same("redirect_url_id"), has_days=False, has_people=False),
    Claim(("redirect_urls", "kpis"), "redirect_clicks", of="redirect_url_id"),
    Claim(("redirect_urls", "daily"), "redirect_clicks", of="redirect_url_id", by=_same("day")),
    Claim(("redirect_urls", "geography"), "redirect_clicks", of="redirect_url_id", by=_PLACE),
    Claim(("redirect_urls", "clicks_of_redirect"), "redirect_clicks", of="redirect_url_id", by=_VISITOR, is_list=True),
    Claim(("deliverability", "kpis"), "messages"),
    *(Claim(("deliverability", query), "messages", by=_same("day")) for query in ("daily", "complaints", "unsubscribes", "classes")),
    Claim(("deliverability", "domains"), "messages", by=_same("recipient_domain")),
    Claim(("deliverability", "feeds"), "messages", by=_same("feed")),
    Claim(("deliverability", "reasons"), "messages", by={"outcome": "delivery_status", "reason": "reason"}, where="delivery_status <> 'delivered'"),
    Claim(("operations", "arrivals"), "files", by=_same("day")),
    Claim(("operations", "files"), "files", by=_same("feed"), has_days=False),
]  # fmt: skip
