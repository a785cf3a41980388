"""What breaks promises about messages and their events."""

from __future__ import annotations

from tests.expectations.breaks.sql import ACTIVITIES, STAGED, Changes, delete, insert, update

MESSAGES, EVENTS = "fct_email_messages", "fct_email_events"
ATTRIBUTIONS = "work.intermediate.int_submission_attributions"

BLOCKED, BOUNCED = "was_blocked", "was_bounced_hard"
UNOPENED = "was_delivered and not was_opened"
#: Told by a sending and a delivery, and nothing else.
DELIVERED = f"""{UNOPENED} and was_delivered_confirmed and message_key in (
    select message_key from {EVENTS} group by all having count(*) = 2 and bool_or(interaction_type = 'email_sent')
)"""
SOFT = (
    "was_bounced_soft = true, was_bounced = true, was_delivered = false, did_not_open = false,"
    " was_delivered_confirmed = false, delivery_status = 'bounced_soft'"
)
_OF_ONE = f"message_key = (select min(message_key) from {MESSAGES} where {DELIVERED})"
_DELIVERY, _SENDING = (
    f"(select interaction_id from {EVENTS} where interaction_type = 'email_{what}' and {_OF_ONE})"
    for what in ("delivered", "sent")
)
#: A soft bounce of such a message at the very instant of its delivery.
AT_ONCE = (
    f"insert into {EVENTS} select * replace ('bounce' as interaction_id, 'email_bounced' as interaction_type,"
    f" 'soft' as bounce_type) from {EVENTS} where interaction_id = {_DELIVERY};"
)
#: An unsubscription that names no message.
OF_NO_MESSAGE = insert(
    STAGED, "'told' as interaction_id, 'email_unsubscribed' as interaction_type, null as message_key"
)


def message(changes: str, where: str) -> str:
    return update(MESSAGES, changes, where)


BREAKS: Changes = {
    "email_messages_are_unique": {"a message twice": insert(MESSAGES)},
    "email_messages_have_one_outcome": {
        "sent and blocked at once": message("was_sent = true", BLOCKED),
        "sent but not targeted": message("was_targeted = false", UNOPENED),
    },
    "email_messages_bounce_in_one_way": {
        "two kinds of bounce": message("was_bounced_other = true", BOUNCED),
        "a bounce without a kind, by a null": message("was_bounced_hard = null", BOUNCED),
    },
    "email_messages_are_delivered_unless_bounced": {
        "delivered and bounced": message("was_delivered = true, did_not_open = true", BOUNCED)
    },
    "email_messages_status_agrees_with_flags": {
        "a status of another bounce": message("delivery_status = 'bounced_soft'", BOUNCED),
        "a status nobody knows": message("delivery_status = 'lost'", BOUNCED),
    },
    "email_messages_confirmed_are_delivered": {
        "a bounced message confirmed": message("was_delivered_confirmed = true", BOUNCED)
    },
    "email_messages_unique_follows_total": {
        "opened without an open": message("was_opened = true, did_not_open = false", UNOPENED)
    },
    "email_messages_did_not_open_is_the_rest": {
        "neither opened nor in the rest": message("did_not_open = false", UNOPENED)
    },
    "email_messages_human_within_all": {
        "more human opens than opens": message("opened_total_human = opened_total + 1", "was_opened_human"),
        "human clicks without the flag": message("was_clicked_human = false", "was_clicked_human"),
    },
    "email_messages_leads_are_attributed": {
        "a lead nobody submitted": message("generated_leads = generated_leads + 1", UNOPENED),
        "a lead that was lost": f"insert into {ATTRIBUTIONS} by name"
        f" select 'another' as interaction_id, message_key, true as has_created_lead from {MESSAGES} limit 1",
    },
    "email_messages_recounted_from_events": {
        "a hard bounce taken for soft": message(
            "was_bounced_hard = false, was_bounced_soft = true, delivery_status = 'bounced_soft'", BOUNCED
        ),
        "a soft bounce that outlives the delivery after it": message(SOFT, DELIVERED),
        "a soft bounce at the instant of the delivery, which does not follow it": AT_ONCE,
        "a block called a failure": message(
            "was_blocked = false, was_sending_failed = true, delivery_status = 'sending_failed'", BLOCKED
        ),
        "a forward lost": message("forwarded = 0", "forwarded > 0"),
        "a complaint lost": message("was_feedback_loop = false", "was_feedback_loop"),
        "an unsubscription made up": message("was_unsubscribed = true", "not was_unsubscribed"),
        "a submission made up": message(
            "was_subscription_submitted = true", "not was_subscription_submitted"
        ),
        "a first open that is not the first": message(
            "first_opened_at = first_opened_at + interval 1 second", "was_opened"
        ),
        "a first click of people that a machine made": message(
            "first_clicked_human_at = first_clicked_human_at - interval 1 second", "was_clicked_human"
        ),
        "a message lost": delete(MESSAGES),
        "a message without events": insert(MESSAGES, "'ghost' as message_key"),
    },
    "email_events_equal_staged": {
        "events lost": delete(EVENTS),
        "an event in the place of another": update(EVENTS, "interaction_id = 'other'"),
        "an event made up": insert(EVENTS, "'other' as interaction_id"),
        "an event twice": insert(EVENTS),
        "a delivery counted though it was taken back": "insert into work.intermediate.int_withdrawn_deliveries"
        f" by name select min(interaction_id) as interaction_id from {EVENTS}"
        " where interaction_type = 'email_delivered'",
        # A shadow is one name of two for a fact.
        "a shadow counted beside its twin": f"update {STAGED} set shadow_of = 'twin' where interaction_id = {_DELIVERY};"
        f"update {STAGED} set source_event = 'twin' where interaction_id = {_SENDING};",
        "a shadow without a twin left out": f"delete from {EVENTS} where interaction_id ="
        f" (select min(interaction_id) from {STAGED} inner join {EVENTS} using (interaction_id)"
        " where shadow_of is not null)",
        "a change of subscriptions of no message lost": OF_NO_MESSAGE,
    },
    "email_events_share_their_messages_ids": {
        "an event of another journey": update(EVENTS, "journey_id = 'j9'"),
        "an event of another tile": update(EVENTS, "tile_id = 't9'"),
        "an event of another feed": update(EVENTS, "feed = 'f9'"),
    },
    "email_messages_find_their_dimensions": {
        "an email without its row": f"delete from dim_email where email_id in (select email_id from {MESSAGES})",
        "a journey without its row": "delete from dim_journey where journey_id in"
        f" (select journey_id from {MESSAGES})",
        "a tile without its row in this journey": delete(
            "dim_journey_tile", f"(journey_id, tile_id) in (select (journey_id, tile_id) from {MESSAGES})"
        ),
        "a message of nobody": update(MESSAGES, "contact_id = 'nobody'"),
    },
    "email_events_find_their_dimensions": {
        "an event of no contact at all": update(EVENTS, "contact_id = null")
    },
}

BORNE: Changes = {
    "email_messages_recounted_from_events": {
        "a message that bounced at the instant of its delivery": AT_ONCE + f"update {MESSAGES} set {SOFT}"
        f" where message_key = (select message_key from {EVENTS} where interaction_id = 'bounce');"
    },
    "email_events_equal_staged": {
        "a change of subscriptions of no message that is the contact's activity": OF_NO_MESSAGE
        + insert(
            ACTIVITIES,
            "'told' as interaction_id, 'told' as observation_id, 'consent_changed' as interaction_type",
        )
    },
}
