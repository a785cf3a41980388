"""The columns of the Dynamics 365 interaction export, by type and schema version."""

from __future__ import annotations

COMMON = ("InteractionType", "OrganizationId", "Timestamp", "InternalMarketingInteractionId", "Version")
_JOURNEY = "ActivityId CustomerJourneyId CustomerJourneyIterationId"
_MESSAGE = "EmailAddressUsed EmailDomain MessageId SendingId UsageType"
_VISITOR = (
    "BrowserId BrowserVersion OperatingSystemId OperatingSystemVersion City CountryIsoCode PostalCode State"
    " SearchEngineName SearchPhrase SessionId VisitDuration VisitorAnonymousStatus VisitorId"
    " VisitorReturningStatus"
)
_PLACE = (
    "CountryIsoCode State City PostalCode BrowserId BrowserVersion OperatingSystemId OperatingSystemVersion"
)
_WHO = "ContactId AccountId"
_BLOCK = f"{_JOURNEY} SendingId {_WHO} MessageId UsageType"
_TILE = f"{_JOURNEY} {_WHO} WorkflowId"
_BOUNCE = f"{_JOURNEY} {_MESSAGE} {_WHO} BounceCategory RemoteBounce"

#: The schema of 2019; types that are missing here were added later.
_FIRST = {
    "ActivityContactBlocked": f"{_TILE} Reason",
    "ActivityContactBlockedConsent": _TILE,
    "ActivityContactBlockedExternalConsent": _TILE,
    "ActivityContactBlockedSuppression": _TILE,
    "ActivityContactDispatched": _TILE,
    "ActivityContactProcessingFailed": _TILE,
    "ConfirmationRequest": f"{_JOURNEY} ConfirmationRequestId {_WHO} ChannelType",
    "ContactDeleted": "DeletedContactId",
    "CreateCrmActivityContactProcessed": _TILE,
    "CustomerJourneyIterationStarted": "CustomerJourneyId CustomerJourneyIterationId",
    "EmailBlockBounced": f"{_JOURNEY} SendingId {_WHO} MessageId UsageType BounceCategory",
    "EmailBlockedByUnsubscription": _BLOCK,
    "EmailBlockedDuplicateAddress": _BLOCK,
    "EmailClicked": f"{_JOURNEY} {_MESSAGE} LinkId {_WHO} LinkFriendlyName OriginalLink OriginalUrl VisitorId"
    f" SessionId {_PLACE} VisitorAnonymousStatus LeadId",
    "EmailDelivered": f"{_JOURNEY} {_MESSAGE} {_WHO}",
    "EmailFeedbackLoop": _BLOCK,
    "EmailForwarded": f"{_MESSAGE} {_VISITOR} CustomerJourneyId CustomerJourneyIterationId"
    f" SecondaryRecipientProfileId {_WHO} FormSubmissionId LeadId",
    "EmailHardBounced": _BOUNCE,
    "EmailHardRemoteBounced": _BOUNCE,
    "EmailOpened": f"{_JOURNEY} {_MESSAGE} {_WHO} VisitorId SessionId {_PLACE} VisitorAnonymousStatus LeadId",
    "EmailSendingFailed": f"SendingId {_WHO} MessageId CustomerJourneyId CustomerJourneyIterationId"
    " UsageType",
    "EmailSent": f"{_JOURNEY} {_MESSAGE} {_WHO}",
    "EmailSoftBounced": _BOUNCE,
    "EmailSoftRemoteBounced": _BOUNCE,
    "EmailSubscriptionSubmit": f"SendingId {_WHO} MessageId CustomerJourneyId CustomerJourneyIterationId"
    f" UsageType {_PLACE} DeviceType DeviceBrand DeviceModel",
    "EntityDeleted": "DeletedEntityType DeletedEntityId",
    "EventCheckIn": f"EventId EventCheckInId {_WHO} CustomerJourneyId",
    "EventRegistration": f"EventId EventRegistrationId {_WHO} CustomerJourneyId",
    "EventRegistrationCanceled": f"EventId {_WHO}",
    "FormSubmitted": f"{_VISITOR} MessageId PageId FormId FormName FormSubmissionId CustomerJourneyId"
    f" CustomerJourneyIterationId Result {_WHO} ContactMatchingResult LeadMatchingResult ReferrerUri"
    " SendingId ContactFailureMessage LeadFailureMessage LeadId SubmittedValues",
    "FormVisited": f"{_VISITOR} MessageId PageId FormId CustomerJourneyId {_WHO} ReferrerUri SendingId"
    " LeadId",
    "InvalidRecipientAddress": f"{_BLOCK} BlockedReason",
    "PassThroughActivityContactProcessed": _TILE,
    "RedirectLinkClicked": f"{_VISITOR} LinkId Link OriginalUrl ReferrerUri MessageId CustomerJourneyId"
    f" CustomerJourneyIterationId SendingId {_WHO} LeadId",
    "SchedulerActivityContactProcessed": f"{_TILE} Path",
    "SegmentMembersCountChanged": "SegmentId MembersCount",
    "SegmentSubscribed": f"{_VISITOR} {_WHO} CustomerJourneyId CustomerJourneyIterationId SendingId MessageId"
    " EmailDomain EmailAddressUsed SegmentId FormSubmissionId LeadId",
    "SegmentUnsubscribed": f"{_VISITOR} {_WHO} CustomerJourneyId CustomerJourneyIterationId SendingId"
    " MessageId EmailDomain EmailAddressUsed SegmentId FormSubmissionId LeadId",
    "SplitterActivityContactProcessed": f"{_TILE} NextActivityId",
    "SurveyResponse": f"SurveyId {_WHO} Score CustomerJourneyId",
    "TriggerActivityContactProcessed": f"{_TILE} Path",
    "WebsiteVisited": f"{_VISITOR} CustomerJourneyId CustomerJourneyIterationId MessageId WebsiteId"
    f" PageAddress PageId ReferrerUri {_WHO} SendingId LeadId",
}  # fmt: skip
#: The schema of 2024: the columns added to a type, or all columns of a new type.
_LATER = {
    "BotEmailLinkClicked": f"{_JOURNEY} {_MESSAGE} {_VISITOR} {_WHO} BotDetectionReason IpAddress"
    " LinkFriendlyName LinkId OriginalLink OriginalUrl TargetUrl UserAgent",
    "EmailBounceCacheBlocked": f"{_BLOCK} BlockedReason BounceCategory",
    "EmailDelivered": "DeliveredCount WasRemoteBounced Reason",
    "LeadScoreBoost": f"{_JOURNEY} {_WHO} BoostValue LeadId",
}
_LATER_EVERYWHERE = "IdempotencyId SourceSystem BusinessUnitId ProfileId ProfileType"


def columns(kind: str, later: bool) -> tuple[str, ...]:
    """Return the header of a blob of a type in the first or the later schema; a type added later has only
    the later one."""
    first, added = _FIRST.get(kind, ""), _LATER.get(kind, "")
    if later or not first:
        return (*COMMON, *_LATER_EVERYWHERE.split(), *first.split(), *added.split())
    return (*COMMON, *first.split())
