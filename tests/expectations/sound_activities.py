"""The SQL of a small build beyond e-mail, made by hand, that keeps every promise.

Belongs here: what contacts and visitors do besides e-mail, and its facts and marts. Does not belong here:
messages and books (`sound_build.py`), fixtures (`conftest.py`).
"""

from __future__ import annotations

from tests.expectations.kpis_sql import kpis_of_days, kpis_of_messages, rates

#: What happens on the days of feed `site`: on those whose number leaves `rest` when divided by `every`.
#: Every day has a contact `c<day>`; on odd days nobody knows who visits.
STAGED_ACTIVITIES_SQL = """
create temp table happenings (
    number integer, every integer, rest integer, interaction_type varchar, hour integer, tile_id varchar,
    path varchar, reason varchar, entity_id varchar
);
insert into happenings values
    (1, 1, 0, 'journey_tile_entered', 1, 't0', null, null, 'j0'),
    (2, 2, 0, 'journey_tile_processed', 2, 't0', 'yes', null, 'j0'),
    (3, 4, 1, 'journey_tile_processed', 2, 't0', 'no', null, 'j0'),
    (4, 2, 0, 'journey_tile_entered', 2, 't1', null, null, 'j0'),
    (5, 8, 2, 'journey_tile_blocked', 3, 't1', null, 'consent', 'j0'),
    (6, 8, 4, 'journey_tile_failed', 3, 't1', null, null, 'j0'),
    (7, 1, 0, 'segment_joined', 4, null, null, null, 'g0'),
    (8, 5, 4, 'segment_left', 5, null, null, null, 'g0'),
    (10, 1, 0, 'page_viewed', 6, null, null, null, null),
    (11, 1, 0, 'form_visited', 7, null, null, null, 'f0'),
    (12, 2, 0, 'form_submitted', 8, null, null, null, 'f0'),
    (13, 2, 1, 'redirect_clicked', 9, null, null, null, 'r0'),
    (14, 3, 0, 'event_registered', 10, null, null, null, 'v0'),
    (15, 6, 0, 'event_registration_cancelled', 11, null, null, null, 'v0'),
    (16, 6, 3, 'event_checked_in', 12, null, null, null, 'v0'),
    (17, 4, 0, 'survey_responded', 13, null, null, null, 's0'),
    (18, 3, 1, 'website_clicked', 14, null, null, null, 'w0'),
    (19, 7, 0, 'visitor_identified', 15, null, null, null, null),
    (20, 4, 2, 'page_visited', 16, null, null, null, 'p1'),
    (21, 4, 0, 'consent_changed', 17, null, null, null, null),
    (22, 1, 0, 'lead_scored', 18, null, null, null, 'l0'),
    (23, 3, 1, 'lead_scored', 19, null, null, null, 'l1'),
    -- Of no message: the contact's.
    (24, 5, 1, 'email_unsubscribed', 20, null, null, null, null);

create temp table happened as
select
    happenings.*, 'a' || lpad(cast(day as varchar), 2, '0') || '-' || number as interaction_id, day,
    case when day % 2 = 0 or interaction_type not like '%visited' and interaction_type <> 'page_viewed'
        then 'c' || day end as contact_id,
    timestamptz '2026-01-01 00:00:00+00' + to_days(cast(day as integer)) + to_hours(hour) as occurred_at
from happenings, range(20) as days (day)
where day % every = rest;

insert into work.intermediate.int_interactions
select
    happened.interaction_id, 'site', files.arrival_date, files.file_id,
    row_number() over (partition by files.file_id order by happened.number), 0, 0,
    happened.interaction_type, happened.occurred_at, null, null, null
from happened
inner join work.raw.files as files on 'site-' || happened.day = files.file_key;

create table work.intermediate.int_activities as
with
    -- A view of a page is a visit of its website, and of the page.
    derived as (
        select * exclude (interaction_type, entity_id), interaction_id as observation_id,
            case interaction_type when 'email_unsubscribed' then 'consent_changed' else interaction_type end
            as interaction_type,
            entity_id
        from happened
        where interaction_type not in ('page_viewed', 'visitor_identified')
        union all by name
        select * exclude (interaction_type, entity_id, interaction_id), interaction_id || 'w' as interaction_id,
            interaction_id as observation_id, 'website_visited' as interaction_type, 'w0' as entity_id
        from happened
        where interaction_type = 'page_viewed'
        union all by name
        select * exclude (interaction_type, entity_id, interaction_id), interaction_id || 'p' as interaction_id,
            interaction_id as observation_id, 'page_visited' as interaction_type, 'p0' as entity_id
        from happened
        where interaction_type = 'page_viewed'
    )
select
    interaction_id, observation_id, 'site' as feed, interaction_type, occurred_at, contact_id,
    coalesce(contact_id, 'visitor' || day) as visitor_key, day % 5 = 3 as is_machine, path, reason, tile_id,
    case when tile_id is not null then entity_id end as journey_id,
    case when interaction_type like 'website%' then entity_id end as website_id,
    case when interaction_type = 'page_visited' then entity_id
        when interaction_type like 'form%' then 'p0' end as page_id,
    case when interaction_type like 'form%' then entity_id end as form_id,
    case when interaction_type = 'form_submitted' then 's' || day end as submission_id,
    case when interaction_type like 'redirect%' then entity_id end as redirect_url_id,
    case when interaction_type like 'event%' then entity_id end as event_id,
    case when interaction_type like 'survey%' then entity_id end as survey_id,
    case when interaction_type like 'segment%' then entity_id end as segment_id,
    case when interaction_type like 'lead%' then entity_id end as lead_id,
    day, entity_id
from derived;
"""

ACTIVITY_FACTS_SQL = """
alter table insights.marts.dim_journey_tile add column parent_tile_id varchar;
update insights.marts.dim_journey_tile set parent_tile_id = 't0' where tile_id = 't1';

create table insights.marts.dim_segment as select 'g0' as segment_id;
create table insights.marts.dim_page as select unnest(['p0', 'p1', 'unknown']) as page_id;
create table insights.marts.dim_form as select unnest(['f0', 'unknown']) as form_id;
create table insights.marts.dim_website as select unnest(['w0', 'unknown']) as website_id;
create table insights.marts.dim_redirect_url as select unnest(['r0', 'unknown']) as redirect_url_id;
create table insights.marts.dim_event as select unnest(['v0', 'unknown']) as event_id;
create table insights.marts.dim_survey as select unnest(['s0', 'unknown']) as survey_id;

create table insights.marts.fct_journey_passes as
select
    journey_id, tile_id, contact_id, 'unknown' as iteration_id,
    case arg_max(interaction_type, occurred_at) when 'journey_tile_entered' then 'processing'
        else replace(arg_max(interaction_type, occurred_at), 'journey_tile_', '') end as state,
    arg_max(reason, occurred_at) as reason, arg_max(path, occurred_at) as path,
    cast(min(occurred_at) as date) as entry_date
from work.intermediate.int_activities
where tile_id is not null
group by all;

create table insights.marts.fct_segment_changes as
select interaction_id, segment_id, contact_id, cast(occurred_at as date) as change_date,
    interaction_type = 'segment_joined' as has_joined, interaction_type = 'segment_left' as has_left
from work.intermediate.int_activities
where segment_id is not null;

-- The CRM lists the members of each day but the first.
create table work.intermediate.int_segment_members as
select 'g0' as segment_id, date '2026-01-01' + cast(day as integer) as snapshot_date from range(1, 20) as days (day);
create table work.intermediate.int_segment_counts as
select 'g0' as segment_id, date '2026-01-02' as counted_date where false;

create table insights.marts.fct_event_participations as
select contact_id, event_id,
    min(case when interaction_type = 'event_registered' then occurred_at end) as registered_at,
    max(case when interaction_type = 'event_registration_cancelled' then occurred_at end) as cancelled_at,
    min(case when interaction_type = 'event_checked_in' then occurred_at end) as checked_in_at
from work.intermediate.int_activities
where event_id is not null
group by all;

create table insights.marts.fct_survey_responses as
select interaction_id, contact_id, survey_id, occurred_at, 5.0 as score, '{}' as answers
from work.intermediate.int_activities
where survey_id is not null;

create temp macro common(kind) as table
select interaction_id, coalesce(contact_id, 'unknown') as contact_id, visitor_key, is_machine, occurred_at,
    cast(occurred_at as date) as interaction_date, 'unknown' as journey_id, 'NL' as country, entity_id, page_id,
    submission_id
from work.intermediate.int_activities
where interaction_type = kind;

create table insights.marts.fct_page_visits as select * from common('page_visited');
create table insights.marts.fct_form_visits as select *, entity_id as form_id from common('form_visited');
create table insights.marts.fct_form_submissions as
select *, entity_id as form_id, submission_id = 's2' as was_contact_created, submission_id = 's4' as was_lead_created
from common('form_submitted');
create table insights.marts.fct_website_visits as
select *, entity_id as website_id, interaction_date as visit_date, 'https://w0.example/' || (day(interaction_date) % 3) as url
from common('website_visited');
create table insights.marts.fct_website_clicks as select *, entity_id as website_id from common('website_clicked');
create table insights.marts.fct_redirect_clicks as
select *, entity_id as redirect_url_id, interaction_date as click_date from common('redirect_clicked');
"""


def _counts(rows: str, people: str) -> str:
    return (
        f"count(*) as {rows}, count(case when not is_machine then 1 end) as {rows}_human,"
        f" count(distinct visitor_key) as {people},"
        f" count(distinct case when not is_machine then visitor_key end) as {people}_human"
    )


def _pages_or_forms(entity: str) -> str:
    """The marts of pages and of forms: visits and submissions counted apart, then joined."""
    keys = {"": f"{entity}_id", "_daily": f"{entity}_id, journey_id, interaction_date"}
    lists = f"""
create or replace table insights.marts.mart_{entity}_visits as select * from insights.marts.fct_{entity}_visits;
create or replace table insights.marts.mart_{entity}_submissions as
select * from insights.marts.fct_form_submissions;
"""
    return lists + "".join(
        f"""
create or replace table insights.marts.mart_{entity}_kpis{name} as
select *, submissions / nullif(visits, 0) as conversion_rate
from (
    select {key}, coalesce(visits, 0) as visits, coalesce(visits_human, 0) as visits_human,
        coalesce(visitors, 0) as visitors, coalesce(visitors_human, 0) as visitors_human,
        coalesce(submissions, 0) as submissions, coalesce(contacts_created, 0) as contacts_created,
        0 as contacts_updated, coalesce(leads_created, 0) as leads_created, 0 as leads_updated
    from (select {key}, {_counts("visits", "visitors")} from insights.marts.mart_{entity}_visits group by all)
    full outer join (
        select {key}, count(*) as submissions, count(case when was_contact_created then 1 end) as contacts_created,
            count(case when was_lead_created then 1 end) as leads_created
        from insights.marts.mart_{entity}_submissions
        group by all
    ) using ({key})
);
"""
        for name, key in keys.items()
    )


#: What marts are of the facts and activities; run again after one of these was changed.
ACTIVITY_MARTS_SQL = f"""
create or replace table insights.marts.mart_contact_timeline as
select interaction_id, contact_id, occurred_at, interaction_type, 'email' as entity_type, email_id as entity_id
from insights.marts.fct_email_events
where contact_id <> 'unknown'
union all
select interaction_id, contact_id, occurred_at, interaction_type,
    case when tile_id is not null then 'journey'
        else replace(string_split(interaction_type, '_')[1], 'redirect', 'redirect_url') end, entity_id
from work.intermediate.int_activities
where contact_id is not null;

create or replace table insights.marts.mart_contact_interactions_daily as
select contact_id, interaction_type, cast(occurred_at as date) as interaction_date, count(*) as interactions
from insights.marts.mart_contact_timeline
group by all;

create or replace table insights.marts.mart_contact_emails as
select contact_id, message_key, email_id, delivery_status, opened_total as opens, clicked_total as clicks
from insights.marts.fct_email_messages;

create or replace table insights.marts.mart_contact_email_kpis as
select *, case contact_id when 'c2' then 'hard_bounce' when 'c8' then 'complaint' else 'none' end
    as suppression_status,
    case contact_id when 'c2' then timestamptz '2026-07-01 00:00:00+00' end as suppressed_until
from (select contact_id, {kpis_of_messages()} from insights.marts.fct_email_messages group by all);

create or replace table insights.marts.mart_contact_web as
select contact_id, entity_id as website_id, interaction_date,
    count(case when interaction_type = 'website_visited' then 1 end) as visits,
    count(case when interaction_type = 'website_clicked' then 1 end) as clicks
from (select *, cast(occurred_at as date) as interaction_date from work.intermediate.int_activities)
where interaction_type like 'website%' and contact_id is not null
group by all;

create or replace table insights.marts.mart_contact_events as select * from insights.marts.fct_event_participations;
create or replace table insights.marts.mart_contact_surveys as select * from insights.marts.fct_survey_responses;
create or replace table insights.marts.mart_contact_forms as
select submission_id, contact_id, form_id from insights.marts.fct_form_submissions where contact_id <> 'unknown';

create or replace table insights.marts.mart_journey_tile_contacts as select * from insights.marts.fct_journey_passes;
create or replace table insights.marts.mart_journey_tile_volumes_daily as
select journey_id, tile_id, entry_date, count(*) as inflow,
    count(case when state = 'processing' then 1 end) as processing,
    count(case when state = 'blocked' then 1 end) as blocked,
    count(case when state = 'failed' then 1 end) as failed,
    count(case when state = 'processed' then 1 end) as processed
from insights.marts.fct_journey_passes
group by all;
create or replace table insights.marts.mart_journey_tile_volumes as
select journey_id, tile_id, sum(inflow) as inflow, sum(processing) as processing, sum(blocked) as blocked,
    sum(failed) as failed, sum(processed) as processed
from insights.marts.mart_journey_tile_volumes_daily
group by all;
create or replace table insights.marts.mart_journey_tile_paths as
select journey_id, tile_id, path, count(*) as passes
from insights.marts.fct_journey_passes
where state = 'processed'
group by all;
create or replace table insights.marts.mart_journey_tile_blocked as
select journey_id, tile_id, reason, count(*) as passes
from insights.marts.fct_journey_passes
where state = 'blocked'
group by all;
create or replace table insights.marts.mart_journey_kpis as
select *, {rates()}
from (
    select journey_id, {kpis_of_days()} from insights.marts.mart_email_kpis_daily group by all
) left join (
    select journey_id, count(*) as entered, count(case when waits then 1 end) as in_progress,
        count(case when not waits and is_stopped then 1 end) as stopped,
        count(case when not waits and not is_stopped then 1 end) as completed
    from (
        select journey_id, contact_id, bool_or(state = 'processing') as waits,
            bool_or(state in ('blocked', 'failed')) as is_stopped
        from insights.marts.fct_journey_passes
        group by all
    )
    group by all
) using (journey_id);
update insights.marts.mart_journey_kpis
set entered = 0, in_progress = 0, stopped = 0, completed = 0
where entered is null;

create or replace table insights.marts.mart_segment_daily as
select segment_id, snapshot_date, cast(sum(joined - gone) over (order by snapshot_date) as bigint) as members,
    joined as members_joined, gone as members_left
from (
    select segment_id, change_date as snapshot_date, count(case when has_joined then 1 end) as joined,
        count(case when has_left then 1 end) as gone
    from insights.marts.fct_segment_changes
    group by all
);
{_pages_or_forms("page")}
{_pages_or_forms("form")}
create or replace table insights.marts.mart_page_geography as
select page_id, journey_id, interaction_date, 'NL' as country, visits, visits_human, submissions
from insights.marts.mart_page_kpis_daily;

create or replace table insights.marts.mart_website_visits as select * from insights.marts.fct_website_visits;
create or replace table insights.marts.mart_website_daily as
select website_id, visit_date, {_counts("visits", "visitors")}, count(distinct visitor_key) as sessions
from insights.marts.mart_website_visits
group by all;
create or replace table insights.marts.mart_website_pages as
select *, row_number() over (partition by website_id order by visits desc, url) as page_rank
from (
    select website_id, url, {_counts("visits", "visitors")} from insights.marts.mart_website_visits group by all
);
create or replace table insights.marts.mart_website_geography as
select website_id, visit_date, 'NL' as country, visits, visits_human from insights.marts.mart_website_daily;

create or replace table insights.marts.mart_redirect_url_clicks as select * from insights.marts.fct_redirect_clicks;
create or replace table insights.marts.mart_redirect_url_daily as
select redirect_url_id, click_date, {_counts("clicks", "clickers")}
from insights.marts.mart_redirect_url_clicks
group by all;
create or replace table insights.marts.mart_redirect_url_geography as
select redirect_url_id, click_date, 'NL' as country, clicks, clicks_human
from insights.marts.mart_redirect_url_daily;
"""
