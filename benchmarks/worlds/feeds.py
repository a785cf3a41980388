"""Writes the events of the large world as each feed does: one line of text per event, made by the engine from
templates.

A template is a line with `$name` where a value of `_VALUES` goes. Making text is several times faster than
making JSON objects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import duckdb

from benchmarks.worlds import world
from benchmarks.worlds.size import Size
from simulator.files.emitters.web.snowplow import FIELDS as SNOWPLOW_FIELDS

_AGENT = (
    "'Mozilla/5.0 (iPhone; CPU iPhone OS 16_' || (contact % 200)"
    " || ' like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148'"
)
_IDS = (
    """'"email_id":"email-' || email || '","journey_id":"journey-' || journey || '","iteration_id":"iteration-'"""
    """ || journey || '","tile_id":"tile-' || (1 + email % 2 * 2) || '"'"""
    """ || case when names_contact then ',"contact_id":"contact-' || contact || '"' else '' end"""
)
_TAGS = (
    """'"email_id":["email-' || email || '"],"journey_id":["journey-' || journey || '"],"iteration_id":["iteration-'"""
    """ || journey || '"],"tile_id":["tile-' || (1 + email % 2 * 2) || '"]'"""
    """ || case when names_contact then ',"contact_id":["contact-' || contact || '"]' else '' end"""
)
_IP = "(1 + contact % 220) || '.' || (contact % 251) || '.' || (contact % 241) || '.' || (contact % 239)"

#: SQL of the values that a template may use.
_VALUES = {
    "seconds": "epoch(occurred_at)::bigint",
    "millis": "epoch_ms(occurred_at)",
    "iso": "strftime(occurred_at, '%Y-%m-%dT%H:%M:%S.000Z')",
    "plain": "strftime(occurred_at, '%Y-%m-%d %H:%M:%S.000')",
    "logged": "strftime(occurred_at, '%d/%b/%Y:%H:%M:%S +0000')",
    "american": "strftime(occurred_at, '%-m/%-d/%Y %-I:%M:%S %p +00:00')",
    "event": "event",
    "hex": "hex",
    "uuid": "substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-4' || substr(hex, 14, 3) || '-8' || substr(hex, 18, 3)"
    " || '-' || substr(hex, 21)",
    "event_uuid": "'00000000-0000-4000-8000-' || lpad(event::varchar, 12, '0')",
    "address": "address",
    "contact": "'contact-' || contact",
    "named_contact": "case when names_contact then 'contact-' || contact else '' end",
    "ids": _IDS,
    "escaped_ids": f"replace({_IDS}, '\"', '\\\"')",
    "tags": _TAGS,
    "email": "'email-' || email",
    "journey": "'journey-' || journey",
    "ip": _IP,
    "agent": _AGENT,
    "country": "['DE', 'FR', 'US', 'GB', 'SE'][1 + contact % 5]",
    "region": "'Region ' || contact % 50",
    "city": "'City ' || contact % 500",
    "latitude": "(contact % 500 % 120 - 60)",
    "longitude": "(contact % 500 % 340 - 170)",
    "link": "'https://shop.example/products/' || (number % 100)",
    "visitor": "'visitor-' || visitor",
    "page": "'https://shop.example/pages/' || page",
    "path": "'/pages/' || page",
    "lead": "'lead-' || lead",
    "tile": "'tile-' || tile",
    "segment": "'segment-' || (event % 30)",
    "model": "'model-' || (event % 3)",
    "score": "event % 101",
    "stage": "['new', 'contacted', 'qualified', 'proposal', 'closed'][1 + event % 5]",
    "number": "event % 20",
}
_SEEN = '"ip":"$ip","user_agent":"$agent"'
_GEO = '"Geo":{"IP":"$ip","CountryISOCode":"$country","Region":"$region","City":"$city","Coords":"$latitude,$longitude"}'
_GEOLOCATION = '"geolocation":{"country":"$country","region":"$region","city":"$city"}'
_Templates = Mapping[str, str]


def _each(around: str, kinds: Mapping[str, str]) -> dict[str, str]:
    """Put each kind's part into the surrounding template, in place of `$part`."""
    return {kind: around.replace("$part", part) for kind, part in kinds.items()}


_SENDGRID = _each(
    '{"email":"$address","timestamp":$seconds,"smtp-id":"<$hex@geopod-ismtpd-canary-0>","sg_event_id":"$event",'
    '"sg_message_id":"$hex.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",$ids,"category":["newsletter"],$part}',
    {
        "sent": '"event":"processed"',
        "delivered": '"event":"delivered","response":"250 OK"',
        "bounced": '"event":"bounce","type":"bounce","status":"5.1.1","reason":"550 5.1.1 no such user"',
        "opened": '"event":"open","ip":"$ip","useragent":"$agent","sg_machine_open":false',
        "clicked": '"event":"click","ip":"$ip","useragent":"$agent","url":"$link"',
        "unsubscribed": '"event":"unsubscribe"',
    },
)
_SES = _each(
    '{"mail":{"timestamp":"$iso","source":"news@shop.example","messageId":"$hex","destination":["$address"],'
    '"headersTruncated":false,"commonHeaders":{"subject":"News"},"tags":{"ses:configuration-set":["journeys"],$tags}},'
    "$part}",
    {
        "sent": '"eventType":"Send","send":{}',
        "delivered": '"eventType":"Delivery","delivery":{"timestamp":"$iso","recipients":["$address"],'
        '"smtpResponse":"250 OK"}',
        "bounced": '"eventType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General","feedbackId":'
        '"$hex","timestamp":"$iso","bouncedRecipients":[{"emailAddress":"$address","action":"failed","status":"5.1.1"}]}',
        "opened": '"eventType":"Open","open":{"timestamp":"$iso","ipAddress":"$ip","userAgent":"$agent"}',
        "clicked": '"eventType":"Click","click":{"timestamp":"$iso","ipAddress":"$ip","userAgent":"$agent",'
        '"link":"$link"}',
        "unsubscribed": '"eventType":"Complaint","complaint":{"timestamp":"$iso","feedbackId":"$hex",'
        '"complainedRecipients":[{"emailAddress":"$address"}]}',
    },
)
_MAILGUN = _each(
    '{"signature":{"timestamp":"$seconds","token":"$hex","signature":"$hex"},"event-data":{"id":"e$event","timestamp":'
    '$seconds.25,"log-level":"info","message":{"headers":{"to":"$address","message-id":"$hex@shop.example","from":'
    '"news@shop.example","subject":"News"}},"recipient":"$address","user-variables":{$ids},$part}}',
    {
        "sent": '"event":"accepted"',
        "delivered": '"event":"delivered","delivery-status":{"code":250,"message":"OK"}',
        "bounced": '"event":"failed","severity":"permanent","reason":"bounce","delivery-status":{"code":550,"message":'
        '"no such user"}',
        "opened": '"event":"opened","ip":"$ip","client-info":{"user-agent":"$agent"},' + _GEOLOCATION,
        "clicked": '"event":"clicked","ip":"$ip","client-info":{"user-agent":"$agent"},"url":"$link",'
        + _GEOLOCATION,
        "unsubscribed": '"event":"unsubscribed","ip":"$ip","client-info":{"user-agent":"$agent"}',
    },
)
#: Postmark reports no sent events.
_POSTMARK = _each(
    '{"MessageID":"$uuid","MessageStream":"broadcast","ServerID":23,"Tag":"journey","Metadata":{$ids},$part}',
    {
        "delivered": '"RecordType":"Delivery","Recipient":"$address","DeliveredAt":"$iso","Details":"250 OK"',
        "bounced": '"RecordType":"Bounce","ID":$event,"Type":"HardBounce","TypeCode":1,"Email":"$address","BouncedAt":'
        '"$iso","Description":"no such user","Inactive":true',
        "opened": '"RecordType":"Open","Recipient":"$address","ReceivedAt":"$iso","UserAgent":"$agent",'
        f'{_GEO},"FirstOpen":true',
        "clicked": '"RecordType":"Click","Recipient":"$address","ReceivedAt":"$iso","UserAgent":"$agent",'
        f'{_GEO},"OriginalLink":"$link"',
        "unsubscribed": '"RecordType":"SubscriptionChange","Recipient":"$address","ChangedAt":"$iso","Origin":'
        '"Recipient","SuppressSending":true,"SuppressionReason":"ManualSuppression"',
    },
)
_SPARKPOST = _each(
    '{"msys":{$part,"timestamp":"$seconds","event_id":"$event","message_id":"$hex","rcpt_to":"$address",'
    '"rcpt_meta":{$ids},"subject":"News","friendly_from":"news@shop.example"}}}',
    {
        "sent": '"message_event":{"type":"injection"',
        "delivered": '"message_event":{"type":"delivery"',
        "bounced": '"message_event":{"type":"bounce","bounce_class":"10","reason":"no such user"',
        "opened": '"track_event":{"type":"open","ip_address":"$ip","user_agent":"$agent"',
        "clicked": '"track_event":{"type":"click","ip_address":"$ip","user_agent":"$agent","target_link_url":"$link"',
        "unsubscribed": '"unsubscribe_event":{"type":"link_unsubscribe"',
    },
)
_BREVO = _each(
    '{"id":814119,"email":"$address","message-id":"<$hex@smtp-relay.mailin.fr>","date":"2026-01-01 00:00:00","subject":'
    '"News","ts":$seconds,"ts_event":$seconds,"ts_epoch":$millis,"X-Mailin-custom":"{$escaped_ids}",$part}',
    {
        "sent": '"event":"request"',
        "delivered": '"event":"delivered"',
        "bounced": '"event":"hard_bounce","reason":"no such user"',
        "opened": '"event":"opened"',
        "clicked": '"event":"click","link":"$link"',
        "unsubscribed": '"event":"unsubscribed"',
    },
)
_MANDRILL = _each(
    '{"mandrill_events":[{"_id":"$hex","ts":$seconds,"msg":{"_id":"$hex","ts":$seconds,"subject":"News","email":'
    '"$address","sender":"news@shop.example","tags":["journey"],"state":"sent","metadata":{$ids}},$part}]}',
    {
        "sent": '"event":"send"',
        "delivered": '"event":"delivered"',
        "bounced": '"event":"hard_bounce"',
        "opened": f'"event":"open",{_SEEN}',
        "clicked": f'"event":"click","url":"$link",{_SEEN}',
        "unsubscribed": f'"event":"unsub",{_SEEN}',
    },
)
_SEGMENT = _each(
    '{"messageId":"ajs-$event","anonymousId":"segment-$visitor","timestamp":"$iso","sentAt":"$iso","context":{"ip":"$ip",'
    '"userAgent":"$agent"},$part}',
    {
        "viewed": '"type":"page","name":"Page","properties":{"url":"$page","referrer":"https://search.example/"}',
        "identified": '"type":"identify","userId":"$contact","traits":{"plan":"free"}',
        "identified by address": '"type":"identify","traits":{"email":"$address"}',
    },
)


def _snowplow(**more: str) -> str:
    said = {
        "app_id": "shop", "platform": "web", "etl_tstamp": "$plain", "collector_tstamp": "$plain",
        "dvce_created_tstamp": "$plain", "derived_tstamp": "$plain", "event": "page_view", "event_id": "$event_uuid",
        "user_ipaddress": "$ip", "domain_userid": "snowplow-$visitor", "page_url": "$page", "page_title": "A page",
        "useragent": "$agent", "event_vendor": "com.snowplowanalytics.snowplow", "event_name": "page_view",
        "event_format": "jsonschema", "event_version": "1-0-0", "event_fingerprint": "$event",
        "geo_country": "$country", "geo_region_name": "$region", "geo_city": "$city", "geo_latitude": "$latitude",
        "geo_longitude": "$longitude", **more,
    }  # fmt: skip
    return "\t".join(said.get(name, "") for name in SNOWPLOW_FIELDS)


_SNOWPLOW = {
    "viewed": _snowplow(),
    "identified": _snowplow(user_id="$contact"),
    "identified by address": _snowplow(user_id="$contact"),
}
_LOGGED = 'shop.example $ip - - [$logged] "GET $path HTTP/1.1" 200 $event "https://search.example/" "$agent"'
_ACCESS_LOG = dict.fromkeys(("viewed", "identified", "identified by address"), _LOGGED)
_INTERACTIONS = _each(
    '{"interaction_id":"ix-$event","occurred_at":"$iso",$part}',
    {
        "journey_tile_entered": '"interaction_type":"journey_tile_entered","contact_id":"$contact","journey_id":'
        '"$journey","iteration_id":"iteration-1","tile_id":"$tile"',
        "journey_tile_processed": '"interaction_type":"journey_tile_processed","contact_id":"$contact","journey_id":'
        '"$journey","iteration_id":"iteration-1","tile_id":"$tile"',
        "segment_joined": '"interaction_type":"segment_joined","contact_id":"$contact","segment_id":"$segment"',
        "segment_left": '"interaction_type":"segment_left","contact_id":"$contact","segment_id":"$segment"',
        "lead_scored": '"interaction_type":"lead_scored","lead_id":"$lead","lead_scoring_model_id":"$model","score":'
        '$score,"grade":"B","is_sales_ready":false',
        "lead_stage_changed": '"interaction_type":"lead_stage_changed","lead_id":"$lead","stage":"$stage"',
        "form_submitted": '"interaction_type":"form_submitted","contact_id":"$contact","page_id":"page-$number",'
        '"form_id":"form-$number","submission_id":"submission-$event","contact_result":"updated","properties":'
        '{"topic":"News"}',
        "redirect_clicked": '"interaction_type":"redirect_clicked","contact_id":"$contact","redirect_url_id":'
        '"redirect-$number","ip":"$ip","user_agent":"$agent"',
        "event_registered": '"interaction_type":"event_registered","contact_id":"$contact","event_id":"event-$number"',
        "survey_responded": '"interaction_type":"survey_responded","contact_id":"$contact","survey_id":'
        '"survey-$number","properties":{"liked":"yes"}',
    },
)
_EXPORTED_COLUMNS = (
    "InteractionType,OrganizationId,Timestamp,InternalMarketingInteractionId,Version,ActivityId,CustomerJourneyId,"
    "EmailAddressUsed,MessageId,SendingId,ContactId,OriginalUrl,BounceCategory"
)
_DYNAMICS365 = {
    kind: f"{record_type},org,$american,export-$event,1,tile-1,$journey,$address,$email,$journey-run,"
    f"$contact,{'$link' if kind == 'clicked' else ''},{'invalid-mailbox' if kind == 'bounced' else ''}"
    for kind, record_type in {
        "sent": "EmailSent",
        "delivered": "EmailDelivered",
        "bounced": "EmailHardBounced",
        "opened": "EmailOpened",
        "clicked": "EmailClicked",
        "unsubscribed": "EmailFeedbackLoop",
    }.items()
}

_FEEDS: Mapping[str, _Templates] = {
    "sendgrid": _SENDGRID,
    "ses": _SES,
    "mailgun": _MAILGUN,
    "postmark": _POSTMARK,
    "sparkpost": _SPARKPOST,
    "brevo": _BREVO,
    "mandrill": _MANDRILL,
    "segment": _SEGMENT,
    "snowplow": _SNOWPLOW,
    "access_log": _ACCESS_LOG,
    "interactions": _INTERACTIONS,
    "dynamics365": _DYNAMICS365,
}
_WEB_KIND = """
    case
        when not identifies then 'viewed' when visitor % 2 = 0 then 'identified' else 'identified by address'
    end
"""


def write(connection: duckdb.DuckDBPyConnection, landing: Path, size: Size) -> None:
    """Write the files of every feed, one per arrival day."""
    for feed, templates in _FEEDS.items():
        if not size.share_of(feed):
            continue
        world.make_events(connection, feed, size)
        kind = _WEB_KIND if feed in world.WEB_SHARES else "kind"
        lines = " ".join(f"when '{name}' then {_sql_of(template)}" for name, template in templates.items())
        connection.execute(
            f"create or replace temp table lines as select arrival, {kind} as kind, case {kind} {lines} end as line"
            " from events order by arrival"
        )
        for number, day in enumerate(size.arrival_days):
            folder = landing / feed / day.isoformat()
            if feed == "dynamics365":
                _write_export(connection, folder, number, templates)
            else:
                folder.mkdir(parents=True)
                _copy(connection, folder / "events.txt", f"line is not null and arrival = {number}")


def _write_export(
    connection: duckdb.DuckDBPyConnection, folder: Path, arrival: int, templates: _Templates
) -> None:
    entities = []
    for kind, template in templates.items():
        record_type = template.partition(",")[0]
        blob = folder / "csv" / record_type / f"{record_type.lower()}-{arrival}"
        blob.parent.mkdir(parents=True)
        _copy(connection, blob, f"kind = '{kind}' and arrival = {arrival}", header=_EXPORTED_COLUMNS)
        attributes = [{"name": name, "dataType": "string"} for name in _EXPORTED_COLUMNS.split(",")]
        partition = {"name": blob.name, "location": f"https://store.example/{blob.relative_to(folder)}"}
        entities.append(
            {"$type": "LocalEntity", "name": record_type, "attributes": attributes, "partitions": [partition]}
        )
    model = {"name": "MarketingInteractionModel", "version": "1.0", "entities": entities}
    (folder / "model.json").write_text(json.dumps(model))


def _copy(
    connection: duckdb.DuckDBPyConnection, path: Path, condition: str, header: str | None = None
) -> None:
    first = f"select '{header}' as line union all " if header else ""
    # A quote character that never occurs and no delimiter: every line is written as it is.
    connection.execute(
        f"copy ({first}select line from lines where {condition}) to '{path}'"
        " (format csv, header false, quote '', escape '', delimiter '\\x01')"
    )


def _sql_of(template: str) -> str:
    """Return SQL that fills the values into a template."""
    parts = []
    for position, part in enumerate(re.split(r"\$([a-z_]+)", template)):
        if position % 2:
            parts.append(f"({_VALUES[part]})")
        elif part:
            parts.append("'" + part.replace("'", "''") + "'")
    return " || ".join(parts)
