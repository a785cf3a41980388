"""Snowplow enriched events: 131 columns with tabs between them, no header."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.events.web.hit_log import VIEWED
from simulator.files.records.containers import text
from simulator.files.records.record import Body, Document, Emitter, Hit, Record, Shape, iso, uuid
from simulator.world.model import DAY, SECOND
from simulator.world.web import tracker_session

_HEADER = (
    "app_id platform etl_tstamp collector_tstamp dvce_created_tstamp event event_id txn_id name_tracker "
    "v_tracker v_collector v_etl user_id user_ipaddress user_fingerprint domain_userid domain_sessionidx "
    "network_userid geo_country geo_region geo_city geo_zipcode geo_latitude geo_longitude "
    "geo_region_name ip_isp ip_organization ip_domain ip_netspeed page_url page_title page_referrer "
    "page_urlscheme page_urlhost page_urlport page_urlpath page_urlquery page_urlfragment refr_urlscheme "
    "refr_urlhost refr_urlport refr_urlpath refr_urlquery refr_urlfragment refr_medium refr_source "
    "refr_term mkt_medium mkt_source mkt_term mkt_content mkt_campaign contexts se_category se_action "
    "se_label se_property se_value unstruct_event tr_orderid tr_affiliation tr_total tr_tax tr_shipping "
    "tr_city tr_state tr_country ti_orderid ti_sku ti_name ti_category ti_price ti_quantity "
    "pp_xoffset_min pp_xoffset_max pp_yoffset_min pp_yoffset_max useragent br_name br_family br_version "
    "br_type br_renderengine br_lang br_features_pdf br_features_flash br_features_java "
    "br_features_director br_features_quicktime br_features_realplayer br_features_windowsmedia "
    "br_features_gears br_features_silverlight br_cookies br_colordepth br_viewwidth br_viewheight "
    "os_name os_family os_manufacturer os_timezone dvce_type dvce_ismobile dvce_screenwidth "
    "dvce_screenheight doc_charset doc_width doc_height tr_currency tr_total_base tr_tax_base "
    "tr_shipping_base ti_currency ti_price_base base_currency geo_timezone mkt_clickid mkt_network "
    "etl_tags dvce_sent_tstamp refr_domain_userid refr_dvce_tstamp derived_contexts domain_sessionid "
    "derived_tstamp event_vendor event_name event_format event_version event_fingerprint true_tstamp"
)
FIELDS = tuple(_HEADER.split())
_VENDOR = "com.snowplowanalytics.snowplow"
_TIMES = ("collector_tstamp", "dvce_created_tstamp", "dvce_sent_tstamp", "etl_tstamp", "derived_tstamp")


def bodies(hit: Hit) -> list[Body]:
    """Return the event by column; absent values are empty."""
    name = {VIEWED: "page_view", "website_clicked": "link_click", "form_submitted": "submit_form"}[hit.kind]
    # Some trackers use an event id twice; fingerprints tell the two events apart.
    key = hit.number - 1 if hit.variant % 50 == 3 else hit.number
    body: Body = {
        "app_id": "shop",
        "platform": "web",
        "etl_tstamp": stamp(hit.at + 60 * SECOND),
        "collector_tstamp": stamp(hit.at + 1_200_000),
        "dvce_created_tstamp": stamp(hit.at - 3 * SECOND),
        "dvce_sent_tstamp": stamp(hit.at - 2 * SECOND),
        "derived_tstamp": stamp(hit.at),
        "event": "page_view" if name == "page_view" else "unstruct",
        "event_id": uuid(0x5150_0000_0000_0000 + key, key),
        "v_tracker": "js-3.23.0",
        "v_collector": "ssc-3.1.0-kinesis",
        "v_etl": "snowplow-enrich-kinesis-4.0.0",
        "user_id": hit.contact_id,
        "user_ipaddress": hit.ip,
        "domain_userid": hit.visitor_id,
        "domain_sessionidx": 1,
        "domain_sessionid": tracker_session(hit.visitor_id, hit.at) if hit.visitor_id else None,
        "page_url": hit.url,
        "page_title": "A page",
        "page_referrer": hit.referrer,
        "useragent": hit.agent,
        "geo_country": hit.country,
        "event_vendor": _VENDOR,
        "event_name": name,
        "event_format": "jsonschema",
        "event_version": "1-0-0",
        "event_fingerprint": f"{hit.number:032x}",
    }
    if hit.place:
        place = hit.place
        body |= {"geo_region": f"{place.country}-1", "geo_region_name": place.region, "geo_city": place.city,
                 "geo_latitude": place.latitude, "geo_longitude": place.longitude}  # fmt: skip
    if name == "link_click":
        body["unstruct_event"] = _self_describing(name, {"targetUrl": hit.link_url, "elementId": "link"})
    if name == "submit_form":
        elements = [
            {"name": question, "value": log_responses, "nodeName": "INPUT", "type": "text"}
            for question, log_responses in (hit.values or {}).items()
        ]
        form = {"formId": hit.form_id, "formClasses": [], "elements": elements}
        body["unstruct_event"] = _self_describing(name, form)
    return [body]


def stamp(micros: int) -> str:
    """Return an instant as Snowplow writes it: UTC to the millisecond, without a zone."""
    return iso(micros).replace("T", " ").removesuffix("Z")


def _self_describing(name: str, data: Body) -> str:
    inner = {"schema": f"iglu:{_VENDOR}/{name}/jsonschema/1-0-1", "data": data}
    return text({"schema": f"iglu:{_VENDOR}/unstruct_event/jsonschema/1-0-0", "data": inner})


def line(body: Body) -> bytes:
    """Return the columns in their order; tabs and line breaks in values become blanks."""
    return "\t".join(_plain(body.get(name)) for name in FIELDS).encode()


def _plain(value: object) -> str:
    shown = "" if value is None else str(value)
    return " ".join(shown.split()) if "\t" in shown or "\n" in shown or "\r" in shown else shown


def unknown_type(hit: Hit) -> tuple[Body, str]:
    """Return a page ping."""
    body = bodies(hit)[0] | {"event": "page_ping", "event_name": "page_ping", "unstruct_event": None}
    return body | {"event_id": uuid(0x7777_0000_0000_0000 + hit.number, hit.number)}, "page_ping"


def malformed(body: Body, reason: str, arrival: int) -> bytes | None:
    """Return the event's line made wrong for a reason; None where a line cannot be wrong in this way."""
    match reason:
        case "not_utf8":
            return line(body).replace(b"A page", b"caf\xe9 \xff", 1)
        case "wrong_shape":
            return b"\t".join(line(body).split(b"\t")[:40])
        case "missing_field":
            return line(body | {"event": None, "event_name": None})
        case "bad_timestamp":
            return line(body | dict.fromkeys(_TIMES, "the day before yesterday"))
        case "out_of_range":
            return line(body | dict.fromkeys(_TIMES, stamp(arrival + 4 * DAY)))
        case _:
            return None


def _lines(records: Sequence[Record]) -> list[Document]:
    return [
        Document(line(record.body) if record.line is None else record.line, [record]) for record in records
    ]


EMITTER = Emitter(
    bodies=bodies,
    unknown_type=unknown_type,
    type_at=("event",),
    times_at=(),
    time=stamp,
    shapes=(Shape(_lines, ".tsv"),),
    malformed=malformed,
)
