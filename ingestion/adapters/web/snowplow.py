"""Snowplow enriched events: the order of the columns of a line, and where each field lies."""

from __future__ import annotations

from ingestion.adapters.adapter import Column, LineAdapter, varchar
from ingestion.sql import quoted
from ingestion.values import form_values, kinds
from ingestion.values.instants import iso_8601

_NAMES = """
app_id platform etl_tstamp collector_tstamp dvce_created_tstamp event event_id txn_id name_tracker
v_tracker v_collector v_etl user_id user_ipaddress user_fingerprint domain_userid domain_sessionidx
network_userid geo_country geo_region geo_city geo_zipcode geo_latitude geo_longitude geo_region_name
ip_isp ip_organization ip_domain ip_netspeed page_url page_title page_referrer page_urlscheme
page_urlhost page_urlport page_urlpath page_urlquery page_urlfragment refr_urlscheme refr_urlhost
refr_urlport refr_urlpath refr_urlquery refr_urlfragment refr_medium refr_source refr_term mkt_medium
mkt_source mkt_term mkt_content mkt_campaign contexts se_category se_action se_label se_property se_value
unstruct_event tr_orderid tr_affiliation tr_total tr_tax tr_shipping tr_city tr_state tr_country
ti_orderid ti_sku ti_name ti_category ti_price ti_quantity pp_xoffset_min pp_xoffset_max pp_yoffset_min
pp_yoffset_max useragent br_name br_family br_version br_type br_renderengine br_lang br_features_pdf
br_features_flash br_features_java br_features_director br_features_quicktime br_features_realplayer
br_features_windowsmedia br_features_gears br_features_silverlight br_cookies br_colordepth br_viewwidth
br_viewheight os_name os_family os_manufacturer os_timezone dvce_type dvce_ismobile dvce_screenwidth
dvce_screenheight doc_charset doc_width doc_height tr_currency tr_total_base tr_tax_base tr_shipping_base
ti_currency ti_price_base base_currency geo_timezone mkt_clickid mkt_network etl_tags dvce_sent_tstamp
refr_domain_userid refr_device_tstamp derived_contexts domain_sessionid derived_tstamp event_vendor
event_name event_format event_version event_fingerprint true_tstamp
"""
#: The columns of an enriched event, in order.
FIELDS = tuple(_NAMES.split())

_OWN_VENDOR = "com.snowplowanalytics.snowplow"


def _field(name: str) -> str:
    return f"nullif(r[{FIELDS.index(name) + 1}], '')"


# The payload of an event with a schema of its own, inside two envelopes that name the schemas.
_PAYLOAD = f"case when json_valid({_field('unstruct_event')}) then {_field('unstruct_event')} end"


def _payload(name: str) -> str:
    return f"nullif(json_extract_string({_PAYLOAD}, '$.data.data.{name}'), '')"


# Names and values of a form's elements.
_ELEMENTS = (
    f"json_transform(json_extract({_PAYLOAD}, '$.data.data.elements'),"
    """ '[{"name": "VARCHAR", "value": "VARCHAR"}]')"""
)

# Contexts are a list of objects, each beside the name of its schema.
_PAGE_VIEW_ID = f"""
    case
        when contains({_field("contexts")}, '/web_page/') and json_valid({_field("contexts")})
        then list_filter(
            json_transform(
                {_field("contexts")}, '{{"data": [{{"schema": "VARCHAR", "data": {{"id": "VARCHAR"}}}}]}}'
            ).data,
            lambda one: contains(one.schema, ':{_OWN_VENDOR}/web_page/')
        )[1].data.id
    end
"""

# Entities that tell of robots: IAB's list, the parser of user agents, the verdict over all of these, and what
# the tracker saw in the browser. The check of networks is left out: people behind a VPN fail it.
_TELL_ROBOTS = "spiders_and_robots/|yauaa_context/|bot_detection/"
_SAYS_ROBOT = """
    lower(one.data."spiderOrRobot") = 'true'
    or lower(one.data.bot) = 'true'
    or one.data."deviceClass" like 'Robot%'
    or one.data."agentClass" like 'Robot%'
"""


def _says_robot(contexts: str) -> str:
    """SQL for whether one of these entities says that a robot caused the event; null if no entity tells."""
    entity = (
        '{"spiderOrRobot": "VARCHAR", "bot": "VARCHAR", "deviceClass": "VARCHAR", "agentClass": "VARCHAR"}'
    )
    shape = quoted(f'{{"data": [{{"schema": "VARCHAR", "data": {entity}}}]}}')
    return f"""
        case
            when regexp_matches({contexts}, '{_TELL_ROBOTS}') and json_valid({contexts})
            then list_bool_or(
                list_transform(
                    list_filter(
                        json_transform({contexts}, {shape}).data,
                        lambda one: regexp_matches(one.schema, '{_TELL_ROBOTS}')
                    ),
                    lambda one: coalesce({_SAYS_ROBOT}, false)
                )
            )
        end
    """


# One of these is enough to call it a robot. `br_type` is Robot, Downloading tool, Browser …
_VERDICTS = ", ".join(
    (
        *(_says_robot(_field(name)) for name in ("derived_contexts", "contexts")),
        f"regexp_matches(lower({_field('br_type')}), 'robot|spider|downloading tool')",
    )
)
_IS_ROBOT = f"list_bool_or([{_VERDICTS}])"

# Another vendor's event may have the name of one of Snowplow's, so its type begins with the vendor.
_NAME = f"coalesce({_field('event_name')}, {_field('event')})"
_EVENT_TYPE = f"""
    case
        when starts_with(coalesce({_field("event_vendor")}, {quoted(_OWN_VENDOR)}), {quoted(_OWN_VENDOR)})
        then {_NAME}
        else {_field("event_vendor")} || '/' || {_NAME}
    end
"""
_TIME = f"coalesce({_field('derived_tstamp')}, {_field('collector_tstamp')})"

ADAPTER = LineAdapter(
    name="snowplow",
    shapes="enriched events: tab-separated lines of 131 columns, without a header",
    description="One row per enriched event that a Snowplow feed reported.",
    fields="string_split(body, chr(9))",
    is_record=f"len(r) = {len(FIELDS)}",
    mistaken=quoted(
        f"The line is not an enriched event of {len(FIELDS)} columns. Correct it at the source and deliver it"
        " in a new file."
    ),
    event_type=_EVENT_TYPE,
    modelled=frozenset({"page_view", "link_click", "submit_form"}),
    required={"event_id": _field("event_id")},
    event_time=_TIME,
    # Times are in UTC, written without an offset.
    parsed_time=iso_8601(_TIME, "'UTC'"),
    columns={
        "url": varchar(_field("page_url"), "Page the event happened on."),
        "ip": varchar(_field("user_ipaddress")),
        "user_agent": varchar(_field("useragent")),
        "country": Column(*kinds.country(_field("geo_country"))),
        "region": varchar(f"coalesce({_field('geo_region_name')}, {_field('geo_region')})"),
        "city": varchar(_field("geo_city")),
        "latitude": Column(*kinds.number(_field("geo_latitude"))),
        "longitude": Column(*kinds.number(_field("geo_longitude"))),
        "event": varchar("record_type", "Snowplow's event name, with its vendor where that is another."),
        "event_id": varchar(_field("event_id"), "Tracker's id of the event, which may repeat."),
        "event_fingerprint": varchar(
            _field("event_fingerprint"), "Hash of what the event says: with the id, the deduplication key."
        ),
        "user_id": varchar(_field("user_id"), "User the tracker knows: the contact."),
        "domain_userid": varchar(_field("domain_userid"), "Visitor, by a cookie of the site."),
        "network_userid": varchar(
            _field("network_userid"), "Visitor, by a cookie of the collector: where the site's is missing."
        ),
        "page_view_id": varchar(
            f"nullif(trim({_PAGE_VIEW_ID}), '')",
            "Page view that the event belongs to, by the context `web_page`.",
        ),
        "domain_sessionid": varchar(_field("domain_sessionid"), "Session as the tracker counts it."),
        "referrer": varchar(_field("page_referrer"), "Page the visitor came from."),
        "link_url": varchar(_payload("targetUrl"), "Link that was clicked, verbatim."),
        "link_name": varchar(_payload("elementContent"), "Words of the link."),
        "form_id": varchar(_payload("formId"), "Form that was submitted."),
        "submitted_values": varchar(form_values.of_elements(_ELEMENTS), "Form values as JSON text."),
        "is_robot": Column(
            "BOOLEAN",
            _IS_ROBOT,
            "True where an enrichment (IAB's list, YAUAA, bot detection), the tracker or `br_type` calls the"
            " event a robot's; null where none tells.",
        ),
    },
)
