"""One customer's card in one program: how it opens, where it is known, what it holds."""

from datetime import datetime
from typing import Any, Literal, assert_never
from uuid import UUID

import msgspec

from ledger.domain.refusals import Refused
from stampbook_events.enrollment import Language
from stampbook_events.ledger import (
    CardOpened,
    CardRefused,
    EarningRefused,
    PointsEarned,
    StampsEarned,
    StampsRefused,
    StoreLinked,
    WelcomeBonusGranted,
)

CardState = Literal["active", "frozen", "closed", "merged"]
CardEvent = (
    CardOpened
    | StoreLinked
    | WelcomeBonusGranted
    | PointsEarned
    | StampsEarned
    | EarningRefused
    | StampsRefused
    | CardRefused
)


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """*version* counts the events on the card, so it is the version of the last one.

    *stamp_target* is frozen while a stamp cycle is open (R23); *balance* is what its lots hold (R39).
    """

    card_id: UUID
    customer_id: UUID
    program_id: UUID
    store_id: UUID
    number: str
    language: Language
    test: bool
    opened_at: datetime
    state: CardState = "active"
    balance: int = 0
    stamps: int = 0
    stamp_target: int | None = None
    version: int = 1


def must_be_active(card: Card) -> None:
    """What a customer gains needs an active card (R64)."""
    if card.state != "active":
        raise Refused(f"card_{card.state}")


def evolve(card: Card | None, event: CardEvent, recorded_at: datetime) -> Card:
    """The card after *event*; only the opening makes one out of none."""
    if isinstance(event, CardOpened):
        return Card(
            card_id=event.card_id,
            customer_id=event.customer_id,
            program_id=event.program_id,
            store_id=event.store_id,
            number=event.card_number,
            language=event.language,
            test=event.test,
            opened_at=recorded_at,
            stamp_target=event.stamp_target,
        )
    assert card is not None, event
    return msgspec.structs.replace(card, version=card.version + 1, **_changes(event))


def _changes(event: CardEvent) -> dict[str, Any]:
    match event:
        case PointsEarned(balance=balance) | WelcomeBonusGranted(balance=balance):
            return {"balance": balance}
        case StampsEarned(count=count, target=target):
            return {"stamps": count, "stamp_target": target}
        case StoreLinked() | EarningRefused() | StampsRefused() | CardRefused() | CardOpened():
            return {}
        case _:
            assert_never(event)
