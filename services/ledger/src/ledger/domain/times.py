"""When something counts as having happened (R2, R69, R70)."""

from datetime import UTC, datetime, timedelta

from ledger.domain.refusals import Refused
from stampbook_events.ledger import Telling, Terminal
from stampbook_messaging.messages import Received

FAR = timedelta(hours=24)
BEFORE_OPENING_MOST = timedelta(minutes=15)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing happened before there was any of this; and no clock can be corrected out of the calendar."""
MOVED = "clock_moved"
_PLAIN = Terminal()


def effective_time(received: Received, telling: Telling, opened_at: datetime) -> tuple[datetime, bool]:
    """What the caller says, corrected and clamped; else when it was recorded. Whether it was moved by more than a day.

    A terminal's clock is only ever corrected; others are refused what lies more than a day ahead.
    """
    recorded_at, said = received.recorded_at, received.envelope.occurred_at
    if said is None:
        return recorded_at, False
    if said.tzinfo is None:
        raise Refused("time_without_zone")
    if said < EARLIEST:
        raise Refused("before_card_opened")
    far = False
    if telling.channel in {"till", "offline"}:
        device = telling.terminal or _PLAIN
        said -= timedelta(milliseconds=device.ahead_ms)
        at = max(said, device.last_sync) if device.last_sync else said
        at = min(at, recorded_at)
        far = abs(at - said) > FAR
    elif said > recorded_at + FAR:
        raise Refused("time_in_future")
    else:
        at = min(said, recorded_at)
    if at < opened_at - BEFORE_OPENING_MOST:
        raise Refused("before_card_opened")
    return max(opened_at, at), far


def earliest(received: Received) -> datetime:
    """No effective time of *received* lies before; an opening that it is moved to is later still."""
    recorded_at, said = received.recorded_at, received.envelope.occurred_at
    if said is None or said.tzinfo is None:
        return recorded_at
    device: Terminal | None = getattr(received.command, "terminal", None)
    return min(recorded_at, said - timedelta(milliseconds=max(0, device.ahead_ms)) if device else said)


def promised_time(received: Received) -> datetime:
    """When the customer was promised something: at enrollment, if the policy's command tells when that was (R10)."""
    said = received.envelope.occurred_at
    return received.recorded_at if said is None else min(said, received.recorded_at)
