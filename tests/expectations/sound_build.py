"""The SQL of a small build, made by hand, that keeps every promise.

Belongs here: rows, chosen so that each KPI counts something. Does not belong here: fixtures (`conftest.py`).
"""

from __future__ import annotations

from tests.expectations.kpis_sql import (
    kpis_of_days,
    kpis_of_messages,
    other_kpis,
    other_marts,
    rates,
)

#: Twenty arrival days up to the as-of day 2026-01-20; 100 messages of feed `mails` sent on each.
#: The last digit of a message's number is its story.
STAGED_SQL = """
create schema work.raw;
create schema work.intermediate;

create table work.raw.files as
select
    feed || '-' || day as file_key, row_number() over (order by feed, day) as file_id, feed, adapter,
    date '2026-01-01' + cast(day as integer) as arrival_date, 'events.ndjson' as file,
    false as file_quarantined, cast(null as varchar) as reason_code, day = 19 as is_new
from (values ('mails', 'interactions'), ('shadowy', 'brevo'), ('crm', 'crm'), ('site', 'segment')) as feeds (feed, adapter),
    range(20) as days (day);

create temp table plan as
select
    'm' || lpad(cast(n as varchar), 4, '0') as message_key, 'mails' as feed, n % 10 as story,
    cast(n // 100 as integer) as day, 'e' || n % 2 as email_id, 'j' || n % 2 as journey_id,
    't' || n % 3 as tile_id, 'c' || n % 50 as contact_id, 'd' || n % 4 || '.example' as recipient_domain,
    timestamptz '2026-01-01 08:00:00+00' + to_days(cast(n // 100 as integer)) as sent_at
from range(2000) as numbers (n);
insert into plan
select 's' || n, 'shadowy', 20 + n % 2, n, 'e0', 'j0', 't0', 'c' || n, 'd0.example',
    timestamptz '2026-01-01 08:00:00+00' + to_days(cast(n as integer))
from range(20) as numbers (n);

create temp table stories (story bigint, step integer, interaction_type varchar, bounce_type varchar,
    link_url varchar, is_machine boolean, source_event varchar, shadow_of varchar);
insert into stories values
    (0, 1, 'email_blocked', null, null, false, null, null),
    (1, 1, 'email_sending_failed', null, null, false, null, null),
    (2, 0, 'email_sent', null, null, false, null, null),
    (2, 1, 'email_bounced', 'hard', null, false, null, null),
    (3, 0, 'email_sent', null, null, false, null, null),
    (3, 1, 'email_bounced', 'soft', null, false, null, null),
    (4, 0, 'email_sent', null, null, false, null, null),
    (4, 1, 'email_bounced', 'other', null, false, null, null),
    (5, 0, 'email_sent', null, null, false, null, null),
    (5, 1, 'email_bounced', 'soft', null, false, null, null),
    (5, 2, 'email_delivered', null, null, false, null, null),
    (6, 0, 'email_sent', null, null, false, null, null),
    (6, 1, 'email_delivered', null, null, false, null, null),
    (6, 2, 'email_opened', null, null, true, null, null),
    (6, 3, 'email_opened', null, null, false, null, null),
    (6, 4, 'email_clicked', null, 'https://a.example/', false, null, null),
    (6, 5, 'email_clicked', null, 'https://a.example/', false, null, null),
    (6, 6, 'email_clicked', null, 'https://b.example/', true, null, null),
    (7, 0, 'email_sent', null, null, false, null, null),
    (7, 1, 'email_delivered', null, null, false, null, null),
    (7, 2, 'email_opened', null, null, true, null, null),
    (8, 0, 'email_sent', null, null, false, null, null),
    (8, 1, 'email_delivered', null, null, false, null, null),
    (8, 2, 'email_forwarded', null, null, false, null, null),
    (8, 3, 'email_feedback_loop', null, null, false, null, null),
    (9, 0, 'email_sent', null, null, false, null, null),
    (9, 1, 'email_delivered', null, null, false, null, null),
    (9, 2, 'email_unsubscribed', null, null, false, null, null),
    (9, 3, 'email_subscription_submitted', null, null, false, null, null),
    -- A shadow with its plain twin, and one without.
    (20, 1, 'email_opened', null, null, false, 'opened', null),
    (20, 2, 'email_opened', null, null, false, 'unique_opened', 'opened'),
    (21, 1, 'email_opened', null, null, false, 'unique_opened', 'opened');

create table work.intermediate.int_withdrawn_deliveries (interaction_id varchar);

create table work.intermediate.int_interactions as
select
    plan.message_key || '-' || stories.step as interaction_id, plan.feed, files.arrival_date, files.file_id,
    row_number() over (partition by files.file_id order by plan.message_key, stories.step) as line_number,
    0 as item_index, 0 as row_index, stories.interaction_type,
    plan.sent_at + to_minutes(10 * stories.step) as occurred_at,
    plan.message_key, stories.source_event, stories.shadow_of
from plan
inner join stories on plan.story = stories.story
inner join work.raw.files as files on plan.feed || '-' || plan.day = files.file_key;

-- Records that identify somebody, and views of pages that are nobody's.
insert into work.intermediate.int_interactions
select
    files.file_key || '-' || n, files.feed, files.arrival_date, files.file_id, 1000 + n, 0, 0,
    case when n < 3 then 'visitor_identified' else 'page_viewed' end,
    timestamptz '2026-01-01 12:00:00+00' + to_days(cast(date_diff('day', date '2026-01-01', files.arrival_date) as integer)),
    null, null, null
from work.raw.files as files, range(6) as numbers (n)
where files.feed = 'mails';
"""

FACTS_SQL = f"""
create schema if not exists insights.marts;

create table insights.marts.fct_email_events as
select
    staged.interaction_id, staged.message_key, staged.feed, plan.email_id, plan.journey_id, plan.tile_id,
    plan.contact_id, staged.interaction_type, staged.occurred_at, stories.bounce_type, stories.link_url,
    stories.is_machine
from work.intermediate.int_interactions as staged
inner join plan on staged.message_key = plan.message_key
inner join stories
    on plan.story = stories.story and staged.interaction_id = plan.message_key || '-' || stories.step
where not (plan.story = 20 and staged.shadow_of is not null);

create table insights.marts.fct_email_messages as
with outcomes as (
    select *, case story when 0 then 'blocked' when 1 then 'sending_failed' when 2 then 'bounced_hard'
        when 3 then 'bounced_soft' when 4 then 'bounced_other' else 'delivered' end as delivery_status
    from plan
)
select
    message_key, feed, email_id, journey_id, tile_id, contact_id, recipient_domain,
    cast(sent_at as date) as send_date,
    case when story >= 20 then sent_at + to_minutes(10) when story >= 2 then sent_at end as sent_at,
    case when story in (0, 1, 20, 21) then sent_at + to_minutes(10) else sent_at end as first_event_at,
    delivery_status,
    true as was_targeted,
    story = 0 as was_blocked,
    story = 1 as was_sending_failed,
    story >= 2 as was_sent,
    story = 2 as was_bounced_hard,
    story = 3 as was_bounced_soft,
    story = 4 as was_bounced_other,
    story in (2, 3, 4) as was_bounced,
    story >= 5 as was_delivered,
    story >= 5 as was_delivered_confirmed,
    case story when 6 then 2 when 7 then 1 when 20 then 1 when 21 then 1 else 0 end as opened_total,
    case story when 6 then 1 when 20 then 1 when 21 then 1 else 0 end as opened_total_human,
    case story when 6 then 3 else 0 end as clicked_total,
    case story when 6 then 2 else 0 end as clicked_total_human,
    case story when 8 then 1 else 0 end as forwarded,
    story in (6, 7, 20, 21) as was_opened,
    story in (6, 20, 21) as was_opened_human,
    story = 6 as was_clicked,
    story = 6 as was_clicked_human,
    story in (5, 8, 9) as did_not_open,
    story = 8 as was_feedback_loop,
    story = 9 as was_unsubscribed,
    story = 9 as was_subscription_submitted,
    case when message_key = 'm0006' then 1 else 0 end as generated_leads,
    case when story = 6 or story = 7 then sent_at + to_minutes(20)
        when story >= 20 then sent_at + to_minutes(10) end as first_opened_at,
    case when story = 6 then sent_at + to_minutes(40) end as first_clicked_at
from outcomes;

{other_kpis()}
create table work.intermediate.int_submission_attributions as
select 'submission' as interaction_id, 'm0006' as message_key, true as has_created_lead;

create table insights.marts.dim_email as
select 'e' || n as email_id from range(2) as numbers (n) union all select 'unknown';
create table insights.marts.dim_journey as
select 'j' || n as journey_id from range(2) as numbers (n) union all select 'unknown';
create table insights.marts.dim_journey_tile as
select 'j' || j as journey_id, 't' || t as tile_id from range(2) as js (j), range(3) as ts (t);
create table insights.marts.dim_contact as
select 'c' || n as contact_id from range(50) as numbers (n) union all select 'unknown';
"""

BOOKS_SQL = """
create table work.intermediate.int_record_outcomes as
select feed, arrival_date, file_id, 'interaction' as outcome, 'none' as cause, count(*) as records
from work.intermediate.int_interactions
where interaction_id in (select interaction_id from insights.marts.fct_email_events)
    or interaction_id in (select observation_id from work.intermediate.int_activities)
group by feed, arrival_date, file_id;
insert into work.intermediate.int_record_outcomes
select feed, arrival_date, file_id,
    case interaction_type when 'visitor_identified' then 'identity' else 'no_match' end as outcome,
    case interaction_type when 'visitor_identified' then 'none' else 'unknown_host' end as cause, count(*)
from work.intermediate.int_interactions
where interaction_type in ('visitor_identified', 'page_viewed')
    and interaction_id not in (select observation_id from work.intermediate.int_activities)
group by feed, arrival_date, file_id, outcome, cause;

create table insights.marts.build_files as
select
    files.feed, files.arrival_date, files.file,
    coalesce(outcomes.landed, 50) + case when files.feed = 'mails' then 9 else 0 end as records_read,
    coalesce(outcomes.landed, 50) as records_landed,
    case when files.feed = 'mails' then 5 else 0 end as duplicates,
    case when files.feed = 'mails' then 3 else 0 end as ignored,
    case when files.feed = 'mails' then 1 else 0 end as quarantined,
    files.file_quarantined
from work.raw.files as files
left join (
    select file_id, sum(records) as landed from work.intermediate.int_record_outcomes group by file_id
) as outcomes on files.file_id = outcomes.file_id;

create table insights.marts.quarantine as
select feed, arrival_date, file, 7 as line, 'not_json' as reason_code
from insights.marts.build_files
where feed = 'mails';

create table work.raw.ignored_records as
select file_id, 'wink' as record_type, 3 as records, 'not_modelled' as reason
from work.raw.files
where feed = 'mails';

create table work.raw.nulled_values as
select file_id, 'consent_level' as field, 2 as records, 50 as given
from work.raw.files
where feed = 'crm';

create table insights.marts.build_ignored as
select feed, arrival_date, 'wink' as record_type, 'not_modelled' as reason, ignored as records
from insights.marts.build_files
where ignored > 0;

create table insights.marts.build_nulled as
select feed, arrival_date, 'consent_level' as field, 2 as records
from insights.marts.build_files
where feed = 'crm';

create table insights.marts.build_unmatched as
select feed, arrival_date, cause, sum(records) as records
from work.intermediate.int_record_outcomes
where outcome = 'no_match'
group by feed, arrival_date, cause;

create or replace table work.raw.files as
select files.*, books.records_read, books.ignored, books.quarantined
from work.raw.files as files
inner join insights.marts.build_files as books
    on files.feed = books.feed and files.arrival_date = books.arrival_date and files.file = books.file;
"""


#: What marts are of the facts; run again after a fact was changed, so that only the fact is wrong.
MARTS_SQL = f"""
create or replace table insights.marts.mart_email_kpis_daily as
select email_id, journey_id, tile_id, send_date, {kpis_of_messages()}
from insights.marts.fct_email_messages
group by all;

create or replace table insights.marts.mart_email_kpis as
select *, {rates()}
from (select email_id, {kpis_of_days()} from insights.marts.mart_email_kpis_daily group by all);

create or replace table insights.marts.mart_email_journey_kpis as
select *, {rates()}
from (select email_id, journey_id, {kpis_of_days()} from insights.marts.mart_email_kpis_daily group by all);

create or replace table insights.marts.mart_email_domains as
select *, {rates()}
from (
    select email_id, recipient_domain, {kpis_of_messages()}
    from insights.marts.fct_email_messages
    group by all
);

create or replace table insights.marts.mart_email_recipients as
select message_key, email_id, journey_id, tile_id, delivery_status, opened_total as opens,
    clicked_total as clicks, forwarded
from insights.marts.fct_email_messages;

create or replace table insights.marts.mart_email_interactions as
select interaction_id, email_id, journey_id, interaction_type from insights.marts.fct_email_events;

create or replace table insights.marts.mart_email_responses_hourly as
select email_id, journey_id, interaction_type, date_trunc('hour', occurred_at) as interaction_hour,
    count(*) as interactions, count(case when not is_machine then 1 end) as interactions_human
from insights.marts.fct_email_events
group by all;

create or replace table insights.marts.mart_email_geography as
select email_id, journey_id, send_date, 'NL' as country, sum(opened_total) as opens,
    sum(clicked_total) as clicks
from insights.marts.fct_email_messages
where opened_total + clicked_total > 0
group by all;

create or replace table insights.marts.mart_email_clients as
select email_id, journey_id, send_date, 'mobile' as device, opens, clicks
from insights.marts.mart_email_geography;

create or replace table insights.marts.mart_email_links_daily as
select events.email_id, events.journey_id, events.link_url, messages.send_date,
    count(*) as clicks_total, count(distinct message_key) as clicks_unique
from insights.marts.fct_email_events as events
inner join insights.marts.fct_email_messages as messages using (message_key)
where interaction_type = 'email_clicked'
group by all;

create or replace table insights.marts.mart_email_links as
select links.*, clicks_unique / clicked_unique as click_through_rate
from (
    select email_id, link_url, sum(clicks_total) as clicks_total, sum(clicks_unique) as clicks_unique
    from insights.marts.mart_email_links_daily
    group by all
) as links
inner join insights.marts.mart_email_kpis using (email_id);

{other_marts()}
"""
