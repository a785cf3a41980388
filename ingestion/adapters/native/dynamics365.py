"""Dynamics 365 Marketing interaction export: a CDM folder of `model.json` and `csv/<Type>/<blob>`.

Says which types and columns of the export are read, and in which encoding. What a record means is decided in
the dbt model `stg_dynamics365__interactions`.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ingestion.adapters.adapter import TRACE_COLUMNS, JsonAdapter, text_field
from ingestion.errors import UnreadableFile
from ingestion.files.compression import HEAD_BYTES
from ingestion.files.ignored import ignored_name
from ingestion.files.tables import csv_files
from ingestion.files.tables.table import RECORD_TYPE, Table, TableFile
from ingestion.landing.feed import CORRELATION_IDS
from ingestion.sql import quoted
from ingestion.values import form_values, kinds
from ingestion.values.identifier_columns import given_id
from ingestion.values.instants import FEED_ZONE, DateOrder, iso_8601, with_leap_second

NAME = "dynamics365"

_INDEX = "model.json"
#: A `model.json` over this size is refused; it takes a few hundred bytes per blob.
_LARGEST_INDEX = 64 * 2**20
_BLOB = re.compile(r"(?P<root>|.*/)csv/(?P<type>[^/]+)/[^/]+")

#: Prefixes of the names of Dataverse tables, of their columns, and of columns that Synapse Link adds.
_OF_DATAVERSE = re.compile(r"(msdynmkt|msdyncrm|msdynci|msevtmgt)_|Sink(Created|Modified)On$", re.IGNORECASE)
_EXPORT = "the interaction export (model.json beside csv/<Type>/<blob>, each with a header)"

#: Types of the export that are interactions, in its schema of 2019 and of 2024.
MODELLED = frozenset({
    "ActionEventDropoff", "ActionEventInflow", "ActionEventProcessed", "ActionEventSystemFailure",
    "ActivityContactBlocked", "ActivityContactBlockedConsent", "ActivityContactBlockedExternalConsent",
    "ActivityContactBlockedSuppression", "ActivityContactDispatched", "ActivityContactProcessingFailed",
    "BotEmailClicked", "BotEmailLinkClicked", "BotRedirectLinkClicked", "BotWebsiteClicked",
    "CreateCrmActivityContactProcessed", "CreateCustomChannelActivityContactProcessed",
    "CreateLeadActivityContactProcessed", "CustomerJourneyContactRecordUpdated",
    "DomainOwnedByDifferentOrganization", "EmailAddressOptedOut", "EmailBlockBounced",
    "EmailBounceCacheBlocked", "EmailBounced", "EmailClicked", "EmailContainsBlacklistedLinks",
    "EmailDelivered", "EmailFeedbackLoop", "EmailForwarded", "EmailHardBounced", "EmailHardRemoteBounced",
    "EmailOpened", "EmailSendingFailed", "EmailSent", "EmailSoftBounced", "EmailSoftRemoteBounced",
    "EmailSubscriptionSubmit", "EventCheckIn", "EventRegistration", "EventRegistrationCanceled",
    "FormSubmitted", "FormVisited", "InvalidRecipientAddress", "InvalidReplyToAddress",
    "InvalidSenderAddress", "LeadScoreBoost", "OutOfEmailCredits", "PassThroughActivityContactProcessed",
    "RedirectLinkClicked", "SchedulerActivityContactProcessed", "SegmentMembersCountChanged",
    "SegmentSubscribed", "SegmentUnsubscribed", "SplitterActivityContactProcessed", "SurveyResponse",
    "TriggerActivityContactProcessed", "TriggerCrmWorkflowActivityContactProcessed", "WebsiteClicked",
    "WebsiteVisited",
})  # fmt: skip
#: Prefixes of type names: these families of types grew over the years, so every name with the prefix counts.
FAMILIES = ("EmailBlocked", "DomainNotOwned")

#: Our id -> the export's column that holds it, unless the feed's `ids` names another one.
_IDS = {
    "contact_id": "ContactId",
    "email_id": "MessageId",
    "journey_id": "CustomerJourneyId",
    "iteration_id": "CustomerJourneyIterationId",
    "tile_id": "ActivityId",
}

#: Raw column -> the export's column.
_SOURCES = {
    "idempotency_id": "IdempotencyId", "version": "Version", "recipient": "EmailAddressUsed",
    "profile_id": "ProfileId", "profile_type": "ProfileType", "sending_id": "SendingId",
    "journey_run_id": "JourneyRunId", "journey_action_id": "JourneyActionId", "visitor_id": "VisitorId",
    "session_id": "SessionId", "ip": "IpAddress", "user_agent": "UserAgent", "country": "CountryIsoCode",
    "region": "State", "city": "City", "lead_id": "LeadId", "original_url": "OriginalUrl",
    "original_link": "OriginalLink", "original_content_link": "OriginalContentLink",
    "target_url": "TargetUrl", "link": "Link", "link_id": "LinkId", "link_name": "LinkFriendlyName",
    "link_text": "LinkText", "website_id": "WebsiteId", "page_id": "PageId", "page_address": "PageAddress",
    "page_url": "PageUrl", "referrer": "ReferrerUri", "form_id": "FormId",
    "submission_id": "FormSubmissionId", "contact_matching_result": "ContactMatchingResult",
    "lead_matching_result": "LeadMatchingResult", "submitted_values": "SubmittedValues",
    "segment_id": "SegmentId", "members_count": "MembersCount", "event_id": "EventId",
    "survey_id": "SurveyId", "score": "Score", "boost_value": "BoostValue",
    "delivered_count": "DeliveredCount", "path": "Path", "next_activity_id": "NextActivityId",
    "reason": "Reason", "blocked_reason": "BlockedReason", "bounce_type": "BounceType",
    "bounce_category": "BounceCategory", "bounce_reason": "BounceReason",
}  # fmt: skip
#: Raw column -> kind of its value; the other columns are read verbatim.
_KINDS: dict[str, kinds.Kind] = {
    "version": kinds.whole_number("BIGINT"),
    "country": kinds.country,
    "submitted_values": form_values.as_json,
    "members_count": kinds.whole_number("BIGINT", least=0),
    **dict.fromkeys(("score", "boost_value"), kinds.number),
    "delivered_count": kinds.whole_number("INTEGER"),
}
#: Raw column -> its SQL type and the SQL of its value.
_COLUMNS = {name: _KINDS.get(name, kinds.verbatim)(text_field(source)) for name, source in _SOURCES.items()}
_KEY = ("InternalMarketingInteractionId", "Timestamp")
_TYPE = "InteractionType"
_USAGE = "UsageType"

#: Descriptions of columns whose own name and the export's name do not explain them.
_DESCRIPTIONS = {
    "occurred_at": "Instant of the interaction: `Timestamp`.",
    "record_type": "The interaction's type in the export: `InteractionType`, else the folder of the blob.",
    "interaction_id": "`InternalMarketingInteractionId`: the key of records without `IdempotencyId`.",
    "idempotency_id": "`IdempotencyId`: records of one type with an equal one are one (since 2024).",
    "version": "`Version`: of several copies of an interaction the highest stands.",
    "profile_id": "`ProfileId`: the contact, lead or customer profile (since 2024).",
    "profile_type": "`ProfileType`: which of these the profile is.",
    "sending_id": "`SendingId`: the journey's iteration too, on types that do not name it otherwise.",
    "journey_run_id": "`JourneyRunId`: one person's way through a real-time journey.",
    "journey_action_id": "`JourneyActionId`: step of a real-time journey.",
    "visitor_id": "`VisitorId`: anonymous web visitor.",
    "session_id": "`SessionId`: web session.",
    "original_url": "`OriginalUrl`: target of the link, before personalisation.",
    "original_link": "`OriginalLink`: the link as it stands in the message.",
    "original_content_link": "`OriginalContentLink`: the link as it stands in a real-time message.",
    "target_url": "`TargetUrl`: personalised URL that was clicked in a real-time message.",
    "link": "`Link`: the link that was clicked on a website, or the redirect URL.",
    "link_id": "`LinkId`: the redirect URL; in an e-mail the link within the message.",
    "link_text": "`LinkText`: words of the link in a real-time message.",
    "page_id": "`PageId`: the marketing page; empty for forms elsewhere.",
    "page_address": "`PageAddress`: the web page that was visited.",
    "page_url": "`PageUrl`: the web page of a form (since 2024).",
    "contact_matching_result": "`ContactMatchingResult`: what a submission did to the contact.",
    "lead_matching_result": "`LeadMatchingResult`: what a submission did to the lead.",
    "submitted_values": "`SubmittedValues`, as a JSON object in text.",
    "segment_id": "`SegmentId`: segment or subscription list.",
    "members_count": "`MembersCount` of a segment.",
    "score": "`Score` of a survey response.",
    "boost_value": "`BoostValue`: how much a lead's score rose.",
    "delivered_count": "`DeliveredCount`: 1 for a delivery, -1 where a remote bounce takes it back; null in"
    " the 2019 schema.",
    "path": "`Path` out of a trigger or scheduler tile.",
    "next_activity_id": "`NextActivityId`: tile that a splitter sends to.",
    "reason": "`Reason` of a stop in a journey.",
    "blocked_reason": "`BlockedReason` of an e-mail that was not sent.",
    "bounce_type": "`BounceType` of an `EmailBounced`: hard or soft.",
    "bounce_category": "`BounceCategory`: why it bounced, in one of some twenty words.",
    "bounce_reason": "`BounceReason`: the receiver's words.",
}

RELATION_COLUMNS: dict[str, str] = {
    **TRACE_COLUMNS,
    "occurred_at": "TIMESTAMPTZ",
    "record_type": "VARCHAR",
    "interaction_id": "VARCHAR",
    **dict.fromkeys(_IDS, "VARCHAR"),
    **{name: sql_type for name, (sql_type, _) in _COLUMNS.items()},
}


def us_instant(source: str) -> tuple[str, str]:
    """SQL type and SQL of a time in the en-US form (10/3/2019 4:05:06 PM +00:00) or in ISO 8601."""
    # Some versions of the locale put a narrow no-break space before AM and PM.
    clean = f"trim(regexp_replace({source}, '[\\s\\x{{202f}}\\x{{a0}}]+', ' ', 'g'))"
    clocks = ("%I:%M:%S %p", "%I:%M:%S.%f %p", "%I:%M %p", "%H:%M:%S", "%H:%M:%S.%f", "%H:%M")
    local = ", ".join(quoted(f"%m/%d/%Y {clock}") for clock in clocks)
    with_offset = ", ".join(quoted(f"%m/%d/%Y {clock} %z") for clock in clocks)

    def read(text: str) -> str:
        return (
            f"coalesce(try_strptime({text}, [{with_offset}]),"
            f" timezone({FEED_ZONE}, try_strptime({text}, [{local}])))"
        )

    us = with_leap_second(clean, read)
    return "TIMESTAMPTZ", f"case when not contains({source}, '/') then {iso_8601(source)} else {us} end"


def _ignored_as(record_type: str) -> str:
    """SQL for the name under which a record that is no interaction is counted as ignored; null for others."""
    known = ", ".join(quoted(name) for name in sorted(MODELLED))
    families = " or ".join(f"starts_with({record_type}, {quoted(name)})" for name in FAMILIES)
    deliveries = f"try_cast({text_field('DeliveredCount')} as INTEGER)"
    test_send = ignored_name(record_type, "'test'")
    taken_back = ignored_name(record_type, "'delivered_count_0'")
    return (
        f"case when not ({record_type} in ({known}) or {families}) then {record_type}"
        # A record of a test: the author looked at the draft, and no contact was targeted.
        f" when contains(lower({text_field(_USAGE)}), 'test') then {test_send}"
        f" when {record_type} = 'EmailDelivered' and {deliveries} = 0 then {taken_back} end"
    )


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects in a JSON list; an empty list if the value is no list, since it lists no blobs."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_of_dataverse(file: TableFile) -> bool:
    """Whether the folder or the columns of the file have names of a Dataverse table."""
    columns = csv_files.header_names(file.head(HEAD_BYTES))
    return any(_OF_DATAVERSE.match(name.strip()) for name in (*file.name.split("/"), *columns))


class Dynamics365:
    """Reads the blobs of a CDM folder."""

    name = NAME
    shapes: str = (
        "Dynamics 365 Marketing interaction export ([below](#dynamics-365-exports)): a CDM folder of"
        " `model.json` and `csv/<Type>/<blob>` per day"
    )
    json: JsonAdapter | None = None
    headers: frozenset[str] = frozenset()
    relations: Mapping[str, Mapping[str, str]] = {NAME: RELATION_COLUMNS}
    description: str = "One row per record of a modelled type in a Dynamics 365 interaction export."
    descriptions: Mapping[str, str] = _DESCRIPTIONS

    def record_type(self, file_name: str) -> str | None:
        """Return the name of the folder that the blob lies in, which is the type of its records."""
        found = _BLOB.fullmatch(file_name)
        return found["type"] if found and not _OF_DATAVERSE.match(found["type"]) else None

    def index_of(self, file_name: str) -> str:
        """Return the path of the `model.json` beside the folder `csv`."""
        found = _BLOB.fullmatch(file_name)
        return (found["root"] if found else "") + _INDEX

    def is_index(self, file_name: str) -> bool:
        """Whether the file is a `model.json`, in whatever folder."""
        return file_name.rpartition("/")[2] == _INDEX

    def read_index(self, path: Path) -> frozenset[str]:
        """Return the blob names of the partitions of every entity in a `model.json`."""
        if path.is_symlink() or not path.is_file():
            raise UnreadableFile(
                "wrong_shape",
                f"{_INDEX} is missing: it tells that the folder is a CDM folder, and whole. The blobs that"
                " are there were read; deliver it beside the folder `csv`.",
            )
        if path.stat().st_size > _LARGEST_INDEX:
            raise UnreadableFile("too_large", f"{_INDEX} is over 64 MiB. Deliver one that lists less.")
        try:
            model = json.loads(path.read_bytes())
        except (ValueError, RecursionError) as error:
            raise UnreadableFile(
                "not_json", f"{_INDEX} is not JSON ({error}). Deliver it again, whole."
            ) from error
        except OSError as error:
            raise UnreadableFile(
                "wrong_shape", f"{_INDEX} cannot be opened ({error.strerror}). Check its permissions."
            ) from error
        if not isinstance(model, dict) or not isinstance(model.get("entities"), list):
            raise UnreadableFile("wrong_shape", f"{_INDEX} has no list `entities`. Deliver it again, whole.")
        return frozenset(
            self.listed_name(unquote(str(partition.get("location") or partition.get("name"))))
            for entity in _objects(model["entities"])
            for partition in _objects(entity.get("partitions"))
        )

    def listed_name(self, file_name: str) -> str:
        """Return the file's name without folders.

        The name is unique, and the folders in an index begin with the container's address.
        """
        return file_name.rpartition("/")[2]

    def relation_of(self, file: TableFile) -> str:
        """Return the adapter's only relation. Raise `UnreadableFile` if the file is no blob of the export."""
        if _is_of_dataverse(file):
            raise UnreadableFile(
                "wrong_shape",
                f"{file.name}: a table of Dataverse, as Synapse Link and Fabric write it, not of the"
                f" interaction export. This adapter reads {_EXPORT}. Deliver that, and take this file out of"
                " the feed.",
            )
        if self.record_type(file.name) is None:
            raise UnreadableFile(
                "wrong_shape",
                f"{file.name}: not a blob of a CDM folder, which lies in csv/<Type>/. Move it there.",
            )
        return NAME

    def as_text(self, file: TableFile, spill: Path) -> TableFile:
        """Return the file with Windows-1252 as the encoding of each line that is not UTF-8."""
        return dataclasses.replace(file, legacy_encoding="cp1252")

    def table(self, relation: str, names: Mapping[str, str], date_order: DateOrder | None) -> Table:
        """Return the description of how to read blobs.

        The type in a row takes precedence over its folder's.
        """
        places = {
            name: _IDS[name] if names.get(name, name) == name else names[name] for name in CORRELATION_IDS
        }
        own_type = f"coalesce(nullif(trim({text_field(_TYPE)}), ''), {RECORD_TYPE})"
        occurred_at = us_instant(text_field("Timestamp"))[1]
        interaction_id = kinds.verbatim(text_field("InternalMarketingInteractionId"))[1]
        values = {name: sql for name, (_, sql) in _COLUMNS.items()}
        return Table(
            relation=NAME,
            columns=RELATION_COLUMNS,
            fields=tuple(dict.fromkeys([_TYPE, _USAGE, *_KEY, *places.values(), *_SOURCES.values()])),
            key=_KEY,
            values={
                "occurred_at": occurred_at,
                "record_type": own_type,
                "interaction_id": interaction_id,
                **{name: kinds.verbatim(text_field(place))[1] for name, place in places.items()},
                **values,
            },
            required={
                "InternalMarketingInteractionId": given_id(interaction_id),
                "Timestamp": f"nullif(trim({text_field('Timestamp')}), '')",
            },
            ignored_as=_ignored_as(own_type),
            instants={"Timestamp": occurred_at},
            add_functions=form_values.add_functions,
            nulled={
                source: kinds.is_lost(text_field(source), values[name])
                for name, source in _SOURCES.items()
                if source != "SubmittedValues"
            },
            # The export has many columns that we do not read: do not warn about them.
            knows_all_columns=False,
            may_be_empty=True,
            without_key=(
                "Tables of Dataverse (Synapse Link, Fabric) come without a header; this adapter reads"
                f" {_EXPORT}."
            ),
        )


ADAPTER = Dynamics365()
