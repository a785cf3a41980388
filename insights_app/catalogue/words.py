"""What codes of the published tables are called: queries give codes, and pages say these words.

A code that is in no vocabulary is called by its name, with spaces: `CODES` lists those for translators.
"""

from __future__ import annotations

from collections.abc import Mapping

ENGAGEMENT_GROUPS: Mapping[str, str] = {
    "frequent": "Frequent",
    "recent": "Recent",
    "cooling": "Cooling",
    "lapsing": "Lapsing",
    "dormant": "Dormant",
    "new": "New",
    "silent": "Silent",
    "not_reached": "Not reached",
}
#: Who is in a group.
ENGAGEMENT_RULES: Mapping[str, str] = {
    "frequent": "opened or clicked in the last 30 days, and on three or more of the last 90",
    "recent": "opened or clicked in the last 30 days",
    "cooling": "last opened or clicked 31 to 90 days ago",
    "lapsing": "last opened or clicked 91 to 365 days ago",
    "dormant": "last opened or clicked more than 365 days ago",
    "new": "never opened or clicked; first message in the last 30 days",
    "silent": "never opened or clicked; first message more than 30 days ago",
    "not_reached": "no message was delivered",
}
UNENGAGED_FOR: Mapping[str, str] = {
    "14": "14 days or longer",
    "30": "30 days or longer",
    "60": "60 days or longer",
    "90": "90 days or longer",
    "180": "180 days or longer",
    "365": "365 days or longer",
}
#: Why a contact is suppressed.
SUPPRESSIONS: Mapping[str, str] = {
    "none": "mail is sent",
    "complaint": "after a complaint, for ever",
    "hard_bounce": "for six months after the last hard bounce of the address",
    "repeated_soft": "for six months after five soft or other bounces in a row, without a delivery between",
}
OUTCOMES: Mapping[str, str] = {
    "blocked": "blocked",
    "bounced_hard": "hard bounce",
    "bounced_soft": "soft bounce",
    "bounced_other": "other bounce",
    "sending_failed": "sending failed",
    "delivered": "delivered",
}
CHECK_RESULTS: Mapping[str, str] = {"green": "✓ green", "red": "✕ red"}
TOUCHES: Mapping[str, str] = {
    "first": "First touch",
    "last_before_created": "Last before it was created",
    "last_before_closed": "Last before it was won",
}
OPENED_AND_CLICKED: Mapping[str, str] = {"opened": "Opened", "clicked": "Clicked"}
THINGS: Mapping[str, str] = {
    "email": "E-mail",
    "page": "Page",
    "form": "Form",
    "website": "Website",
    "redirect_url": "Redirect URL",
    "event": "Event",
    "survey": "Survey",
}
#: Pages about a build.
ABOUT_A_BUILD: Mapping[str, str] = {
    "data_docs": "every check, with its rule and rows",
    "dictionary": "every table and column, and what each is made of",
    "site": "lineage, KPIs, freshness, what reads each table",
}
NONE_GIVEN: Mapping[str, str] = {"": "none given"}

#: Codes that are called by their names.
CODES = (
    *("consent_changed", "converted", "email_blocked", "email_bounced", "email_clicked", "email_deferred"),
    *("email_delivered", "email_feedback_loop", "email_forwarded", "email_opened", "email_sending_failed"),
    *("email_sent", "email_subscription_submitted", "email_unsubscribed", "event_checked_in"),
    *("event_registered", "event_registration_cancelled", "form_submitted", "form_visited"),
    *("journey_tile_blocked", "journey_tile_entered", "journey_tile_failed", "journey_tile_processed"),
    *("lead_scored", "lead_stage_changed", "page_clicked", "page_visited", "redirect_clicked"),
    *("segment_joined", "segment_left", "survey_responded", "website_clicked", "website_visited"),
    *("blocked", "failed", "processed", "processing", "complaint", "hard_bounce", "repeated_soft"),
)
