"""What becomes of a delivery after an attempt: pure, so that every way through it can be tested."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from stampbook_messaging.alarms import AlarmName
from stampbook_messaging.protocols import Delivery, Outcome

SCHEDULE = (timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""Waiting times after the first, second, … failed attempt; the last one goes on. RFC 5321, 4.5.4.1 asks for patience."""

IN_DOUBT_AGAIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The row after an attempt. *attempt* is what the counter stands at; *next_at* matters while it waits."""

    state: str
    reason: str
    attempt: int
    next_at: datetime
    in_doubt: bool
    alarm: AlarmName | None = None


def pause_after(delivery: Delivery) -> timedelta:
    """How long to wait after this failed attempt: the schedule, with a jitter that follows from the delivery."""
    planned = SCHEDULE[min(delivery.attempt, len(SCHEDULE)) - 1]
    spread = hashlib.sha256(f"{delivery.id}/{delivery.attempt}".encode()).digest()[0] / 255
    return planned * (0.8 + 0.4 * spread)


def after(
    delivery: Delivery, outcome: Outcome, now: datetime, *, idempotent: bool, resends: bool, circuit: timedelta
) -> Next:
    """Where *outcome* leads. *resends*: the kind may be repeated once when its end is unknown.

    *circuit*: how long the channel's circuit stays open after trouble of our own.
    """
    match outcome.verdict:
        case "sent" | "suppressed":
            following = _at_rest(delivery, outcome.verdict, outcome.reason, now)
        case "dead":
            following = _dead(delivery, outcome.reason, now)
        case "again":
            following = _waiting(delivery, "pending", outcome.reason, now)
        case "unknown" if not idempotent:
            following = _in_doubt(delivery, outcome.reason, now, resends=resends)
        case "ours":
            following = _try_on(delivery, outcome, now, circuit, counted=False)
        case "missing":
            following = _try_on(delivery, outcome, now, pause_after(delivery), alarm="delivery_not_found")
        case "retry" | "unknown":
            following = _try_on(delivery, outcome, now, max(outcome.retry_after or timedelta(), pause_after(delivery)))
        case other:
            raise ValueError(f"{other} is no verdict")
    return following


def expired(delivery: Delivery) -> Outcome | None:
    """A delivery that is claimed after its deadline is not tried any more."""
    return Outcome(verdict="dead", reason="deadline_passed") if delivery.late else None


def crashed(state: str) -> Outcome | None:
    """Of a delivery whose worker died: None when nothing had left us yet."""
    return Outcome(verdict="unknown", reason="worker_died_while_sending") if state == "sending" else None


def _at_rest(delivery: Delivery, state: str, reason: str, now: datetime) -> Next:
    return Next(state=state, reason=reason, attempt=delivery.attempt, next_at=now, in_doubt=delivery.in_doubt)


def _dead(delivery: Delivery, reason: str, now: datetime) -> Next:
    return Next(
        state="dead",
        reason=reason,
        attempt=delivery.attempt,
        next_at=now,
        in_doubt=delivery.in_doubt,
        alarm="delivery_dead",
    )


def _waiting(delivery: Delivery, state: str, reason: str, next_at: datetime, *, counted: bool = True) -> Next:
    return Next(
        state=state,
        reason=reason,
        attempt=delivery.attempt if counted else delivery.attempt - 1,
        next_at=next_at,
        in_doubt=delivery.in_doubt,
    )


def _try_on(
    delivery: Delivery,
    outcome: Outcome,
    now: datetime,
    pause: timedelta,
    *,
    counted: bool = True,
    alarm: AlarmName | None = None,
) -> Next:
    if now + pause >= delivery.deadline:
        return _dead(delivery, f"deadline_passed: {outcome.reason}", now)
    return replace(_waiting(delivery, "retrying", outcome.reason, now + pause, counted=counted), alarm=alarm)


def _in_doubt(delivery: Delivery, reason: str, now: datetime, *, resends: bool) -> Next:
    """Once more with the same id where the kind allows it; after that, and for the others, an operator decides."""
    again = resends and not delivery.in_doubt
    return Next(
        state="retrying" if again else "unknown",
        reason=reason,
        attempt=delivery.attempt,
        next_at=now + IN_DOUBT_AGAIN,
        in_doubt=True,
        alarm="delivery_in_doubt",
    )
