{#- One row per interaction that a Dynamics 365 export reported, once per copy. A record of two kinds gives
    two: an unsubscription from an e-mail also leaves its list (SegmentUnsubscribed), a form visited on a
    marketing page also visits the page (FormVisited). The export has no id of a single send: a message is
    found by its e-mail, journey, iteration, tile and contact. Every type that begins `EmailBlocked` or
    `DomainNotOwned` is a block, whatever follows; test sends (`UsageType`), deliveries of count 0 and types
    that are no interaction (`ActivityContactExpired` too) are ignored by name. A `DeliveredCount` of -1
    takes back one delivery of its message, that of its own time first. A reason is the type's, else the
    record's word where it is one of ours, else `other`; a missing matching result is `none`.
    `SubmittedValues` are a JSON object, where a line without a name goes on with the value before it and
    values of one name are joined by "; ". Browsers and devices are GUIDs whose names the export does not
    hold: `unknown`. -#}
{%- set block_words = [
    "do_not_bulk_email",
    "invalid_address",
    "missing_address",
    "blocklisted_address",
    "suppressed",
    "duplicate_address",
    "expired",
] -%}
{#- Categories of bounces that say nothing against the address: the mailbox was full, delivery was given up, or the
    receiver refuses sender or content. Two vocabularies, of outbound marketing and of real-time journeys. -#}
{%- set categories_of_soft_bounces = [
    "full-mailbox",
    "quota-issues",
    "message-expired",
    "connection-error",
    "bad-connection",
    "no-answer-from-host",
    "greylisting-issues",
    "recipient-server-error",
    "policy-related",
    "reputation-issues",
    "blocklisting-issues",
    "dmarc-issues",
    "spam-related",
    "spam-block",
    "content-related",
    "virus-related",
] -%}
{%- set stop_words = ["unsubscribed", "suppression_segment", "consent"] -%}

with
    source as (
        select
            *,
            lower(profile_type) as profile_kind,
            replace(lower({{ trimmed("bounce_category") }}), ' ', '-') as category,
            -- A type of its own in the outbound module, a field in real-time journeys.
            case
                when record_type in ('EmailHardBounced', 'EmailHardRemoteBounced')
                then 'hard'
                when record_type in ('EmailSoftBounced', 'EmailSoftRemoteBounced')
                then 'soft'
                when record_type = 'EmailBlockBounced'
                then 'other'
                when record_type = 'EmailBounced' and lower(bounce_type) like '%hard%'
                then 'hard'
                when record_type = 'EmailBounced' and lower(bounce_type) like '%soft%'
                then 'soft'
                when record_type = 'EmailBounced'
                then 'other'
            end as called_bounce
        from {{ source("raw", "dynamics365") }}
    ),

    named as (
        select
            source.*,
            case
                when record_type = 'EmailSent'
                then 'email_sent'
                -- A remote bounce comes after a reported delivery, which it takes back.
                when record_type = 'EmailDelivered' and delivered_count < 0
                then 'email_delivery_withdrawn'
                when record_type = 'EmailDelivered'
                then 'email_delivered'
                -- The message was never sent: the address is on the suppression list.
                when called_bounce is not null and category = 'suppression-list'
                then 'email_blocked'
                when called_bounce is not null
                then 'email_bounced'
                when
                    record_type like 'EmailBlocked%'
                    or record_type like 'DomainNotOwned%'
                    or record_type in (
                        'EmailBounceCacheBlocked',
                        'InvalidRecipientAddress',
                        'InvalidSenderAddress',
                        'InvalidReplyToAddress',
                        'EmailContainsBlacklistedLinks',
                        'OutOfEmailCredits',
                        'DomainOwnedByDifferentOrganization'
                    )
                then 'email_blocked'
                when record_type = 'EmailSendingFailed'
                then 'email_sending_failed'
                when record_type = 'EmailOpened'
                then 'email_opened'
                when
                    record_type
                    in ('EmailClicked', 'BotEmailClicked', 'BotEmailLinkClicked')
                then 'email_clicked'
                when record_type = 'EmailForwarded'
                then 'email_forwarded'
                when record_type = 'EmailFeedbackLoop'
                then 'email_feedback_loop'
                when record_type = 'EmailAddressOptedOut'
                then 'email_unsubscribed'
                when record_type = 'EmailSubscriptionSubmit'
                then 'email_subscription_submitted'
                when record_type = 'SegmentUnsubscribed' and email_id is not null
                then 'email_unsubscribed'
                when record_type = 'SegmentUnsubscribed'
                then 'segment_left'
                when record_type = 'SegmentSubscribed'
                then 'segment_joined'
                when record_type = 'SegmentMembersCountChanged'
                then 'segment_members_counted'
                when record_type in ('ActivityContactDispatched', 'ActionEventInflow')
                then 'journey_tile_entered'
                when
                    record_type like 'ActivityContactBlocked%'
                    or record_type = 'ActionEventDropoff'
                then 'journey_tile_blocked'
                when
                    record_type
                    in ('ActivityContactProcessingFailed', 'ActionEventSystemFailure')
                then 'journey_tile_failed'
                when
                    record_type like '%ActivityContactProcessed'
                    or record_type
                    in ('CustomerJourneyContactRecordUpdated', 'ActionEventProcessed')
                then 'journey_tile_processed'
                when record_type = 'FormVisited'
                then 'form_visited'
                when record_type = 'FormSubmitted'
                then 'form_submitted'
                when record_type = 'WebsiteVisited'
                then 'website_visited'
                when record_type in ('WebsiteClicked', 'BotWebsiteClicked')
                then 'website_clicked'
                when record_type in ('RedirectLinkClicked', 'BotRedirectLinkClicked')
                then 'redirect_clicked'
                when record_type = 'EventRegistration'
                then 'event_registered'
                when record_type = 'EventRegistrationCanceled'
                then 'event_registration_cancelled'
                when record_type = 'EventCheckIn'
                then 'event_checked_in'
                when record_type = 'SurveyResponse'
                then 'survey_responded'
                when record_type = 'LeadScoreBoost'
                then 'lead_scored'
            end as main_type
        from source
    ),

    -- An unsubscription from an e-mail leaves the list too; a form visited on a
    -- marketing
    -- page visits the page.
    told as (
        select named.*, main_type as interaction_type, 0 as type_index
        from named
        union all
        select
            named.*,
            case
                record_type when 'FormVisited' then 'page_visited' else 'segment_left'
            end as interaction_type,
            1 as type_index
        from named
        where
            (record_type = 'SegmentUnsubscribed' and email_id is not null)
            or (record_type = 'FormVisited' and page_id is not null)
    ),

    judged as (
        select
            *,
            {{ lower_text(trimmed("recipient")) }} as address,
            -- The same event may be stored twice, under ids of its own.
            case
                when idempotency_id is not null
                then {{ content_key(["record_type", "idempotency_id"]) }}
                else interaction_id
            end as key,
            case
                when contact_id is not null
                then contact_id
                when coalesce(profile_kind, 'contact') like '%contact%'
                then profile_id
            end as contact,
            case
                when lead_id is not null
                then lead_id
                when profile_kind like '%lead%'
                then profile_id
            end as lead,
            -- Prefer the URL before personalisation, so that a link counts as one for
            -- all recipients.
            coalesce(
                original_url, original_link, original_content_link, target_url, link
            ) as any_link,
            interaction_type = 'form_submitted' as is_submission,
            case
                when interaction_type <> 'email_bounced'
                then null
                when
                    called_bounce = 'hard'
                    and (
                        coalesce(
                            category
                            in ('{{ categories_of_soft_bounces | join("', '") }}'),
                            false
                        )
                        or {{ says_nothing_of_address("null", "null", "bounce_reason") }}
                    )
                then 'soft'
                else called_bounce
            end as bounce,
            case
                when interaction_type = 'email_bounced'
                then coalesce(bounce_reason, bounce_category)
                when record_type = 'EmailAddressOptedOut'
                then reason
                when
                    record_type in (
                        'EmailBlockedByUnsubscription',
                        'EmailBlockedByUser',
                        'EmailBlockedExternalConsentFailure',
                        'EmailBlockedConsentNotGiven',
                        'EmailBlockedContactabilityDoNotEmail'
                    )
                then 'do_not_bulk_email'
                when record_type = 'EmailBlockedDuplicateAddress'
                then 'duplicate_address'
                when record_type = 'EmailBlockedByActivityExpiration'
                then 'expired'
                when
                    record_type = 'EmailBounceCacheBlocked' or called_bounce is not null
                then 'suppressed'
                when
                    record_type in (
                        'InvalidRecipientAddress', 'EmailBlockedInvalidRecipientAddress'
                    )
                then 'invalid_address'
                when interaction_type = 'email_blocked'
                then {{ word_of("blocked_reason", block_words) }}
                when
                    record_type in (
                        'ActivityContactBlockedConsent',
                        'ActivityContactBlockedExternalConsent'
                    )
                then 'consent'
                when record_type = 'ActivityContactBlockedSuppression'
                then 'suppression_segment'
                when interaction_type = 'journey_tile_blocked'
                then {{ word_of("reason", stop_words) }}
            end as why,
            {{ matching_result("contact_matching_result") }} as contact_outcome,
            {{ matching_result("lead_matching_result") }} as lead_outcome
        from told
    )
    {{
        stage_interactions(
            "judged",
            {
                "row_index": "type_index",
                "source_id": "interaction_id",
                "source_key": "key",
                "source_event": "record_type",
                "contact_id": "contact",
                "recipient": "address",
                "message_id": "null",
                "iteration_id": "coalesce(iteration_id, journey_run_id, sending_id)",
                "tile_id": "coalesce(tile_id, journey_action_id)",
                "redirect_url_id": "case when interaction_type = 'redirect_clicked' then link_id end",
                "lead_id": "lead",
                "submission_id": "case when is_submission then submission_id end",
                "link_url": "any_link",
                "link_name": "coalesce(link_name, link_text)",
                "url": "coalesce(page_address, page_url)",
                "latitude": "null",
                "longitude": "null",
                "bounce_type": "bounce",
                "reason": "why",
                "path": "coalesce(path, next_activity_id)",
                "score": "case when interaction_type = 'lead_scored' then boost_value else score end",
                "contact_result": "case when is_submission then contact_outcome end",
                "lead_result": "case when is_submission then lead_outcome end",
                "is_machine": "case when record_type like 'Bot%' then true end",
                "properties": "submitted_values",
            },
            by_name=[
                "version",
                "visitor_id",
                "website_id",
                "event_id",
                "survey_id",
                "segment_id",
                "page_id",
                "form_id",
                "referrer",
                "members_count",
            ],
        )
    }}
