"""Every command and event by its tag."""

from typing import get_args

import msgspec

from stampbook_events.enrollment import EnrollmentCommand, EnrollmentEvent
from stampbook_events.ledger import (
    ClockWentOn,
    LedgerCommand,
    LedgerEvent,
    PointsExpired,
    ReservationLapsed,
    RewardExpired,
    RewardUnlocked,
    RewardWithinReach,
)
from stampbook_events.notifier import NotifierEvent
from stampbook_events.seals import SealEvent
from stampbook_events.wallet import WalletEvent


class UnknownType(LookupError):
    """No command or event bears this tag: a newer publisher, or rubbish. Dead letter, never skipped."""


def tag_of(kind: type[msgspec.Struct]) -> str:
    tag = kind.__struct_config__.tag
    assert isinstance(tag, str), kind
    return tag


def _by_tag(*unions: object) -> dict[str, type[msgspec.Struct]]:
    return {tag_of(kind): kind for union in unions for kind in get_args(union)}


COMMANDS = _by_tag(EnrollmentCommand, LedgerCommand)
EVENTS = _by_tag(EnrollmentEvent, LedgerEvent, NotifierEvent, WalletEvent, SealEvent)
FALLS_DUE = frozenset(
    tag
    for tag, kind in EVENTS.items()
    if kind in {ClockWentOn, PointsExpired, ReservationLapsed, RewardExpired, RewardUnlocked, RewardWithinReach}
)
"""What may have fallen due by the clock: it is booked before a command is decided, and stays where that is refused."""


def command_type(tag: str) -> type[msgspec.Struct]:
    try:
        return COMMANDS[tag]
    except KeyError:
        raise UnknownType(tag) from None


def event_type(tag: str) -> type[msgspec.Struct]:
    try:
        return EVENTS[tag]
    except KeyError:
        raise UnknownType(tag) from None


def service_of(tag: str) -> str:
    """The service that owns a type: ``ledger.points_earned.v1`` → ``ledger``."""
    return tag.split(".", 1)[0]
