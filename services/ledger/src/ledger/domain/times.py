"""When something counts as having happened (R2, R70)."""

from datetime import datetime, timedelta

from ledger.domain.refusals import Refused
from stampbook_messaging.messages import Received

AHEAD_MOST = timedelta(hours=24)
BEFORE_OPENING_MOST = timedelta(minutes=15)


def effective_time(received: Received, opened_at: datetime) -> datetime:
    """What the caller says, clamped between the card's opening and the recording; else when it was recorded."""
    recorded_at, said = received.recorded_at, received.envelope.occurred_at
    if said is None:
        return recorded_at
    if said.tzinfo is None:
        raise Refused("time_without_zone")
    if said > recorded_at + AHEAD_MOST:
        raise Refused("time_in_future")
    if said < opened_at - BEFORE_OPENING_MOST:
        raise Refused("before_card_opened")
    return max(opened_at, min(said, recorded_at))


def promised_time(received: Received) -> datetime:
    """When the customer was promised something: at enrollment, if the policy's command tells when that was (R10)."""
    said = received.envelope.occurred_at
    return received.recorded_at if said is None else min(said, received.recorded_at)
