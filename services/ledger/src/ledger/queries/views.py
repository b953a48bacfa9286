"""What the ledger shows of a card: as it stands now, or as it stood at an instant of the past."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from ledger.domain.card import Hold, Unlocked
from ledger.domain.looking import Seen
from ledger.domain.lots import Lot
from stampbook_events.enrollment import Language

LOTS_SHOWN = 10
LOTS_SHOWN_THEN = 500
REWARDS_SHOWN = 500


class CardView(msgspec.Struct, frozen=True, kw_only=True):
    """*balance* and *available* as R39 has them; *held* is in the balance, *debt* below zero in it.

    *stamps* of *stamp_target* as the card shows them: one that waits for its reward to be used is full (R21).
    *store_ids* are the stores it is known in, *version* that of its last event.
    """

    card_id: UUID
    customer_id: UUID
    program_id: UUID
    store_id: UUID
    store_ids: list[UUID]
    card_number: str
    language: Language
    state: str
    test: bool
    balance: int
    available: int
    held: int
    debt: int
    stamps: int
    stamp_target: int | None
    owed_stamps: int
    opened_at: datetime
    version: int


class CardList(msgspec.Struct, frozen=True, kw_only=True):
    """*next* is the cursor of the page behind this one, None on the last."""

    cards: list[CardView]
    next: str | None = None


class OpenReward(msgspec.Struct, frozen=True, kw_only=True):
    """An unlocked reward that waits. *code* is missing for the moment between the instant it was due and its booking."""

    unlocked_id: UUID
    code: str | None
    reward_id: UUID | None
    reward_version: int | None
    value_minor: int
    store_ids: tuple[UUID, ...] | None
    unlocked_at: datetime
    expires_on: date | None
    expires_at: datetime | None


class OpenReservation(msgspec.Struct, frozen=True, kw_only=True):
    reservation_id: UUID
    code: str
    reward_id: UUID
    reward_version: int
    quantity: int
    points: int
    store_id: UUID
    ends_at: datetime


class OpenLot(msgspec.Struct, frozen=True, kw_only=True):
    """A lot with points in it. *source* is the operation they came from."""

    lot_id: UUID
    source: UUID
    free: int
    held: int
    program_version: int
    store_id: UUID | None
    effective_at: datetime
    expires_on: date | None
    expires_at: datetime | None


class WholeCard(CardView, frozen=True, kw_only=True):
    """A card with what waits on it. *lots*: those that are used first, at most ``LOTS_SHOWN``; *lots_in_all* counts them.

    *rewards*: those that waited for longest, at most ``REWARDS_SHOWN`` of *rewards_in_all*.
    """

    rewards: list[OpenReward]
    rewards_in_all: int
    reservations: list[OpenReservation]
    lots: list[OpenLot]
    lots_in_all: int


class CardThen(msgspec.Struct, frozen=True, kw_only=True):
    """A card as of *at*: from the events that were recorded up to then, with what had fallen due by then (R39).

    *lots*: at most ``LOTS_SHOWN_THEN``; how all of them make up the balance is explained page by page.
    """

    at: datetime
    card_id: UUID
    card_number: str
    state: str
    balance: int
    available: int
    held: int
    debt: int
    stamps: int
    stamp_target: int | None
    owed_stamps: int
    rewards: list[OpenReward]
    rewards_in_all: int
    reservations: list[OpenReservation]
    lots: list[OpenLot]
    lots_in_all: int
    version: int


def figures(seen: Seen) -> dict[str, Any]:
    card, holdings = seen.card, seen.card.holdings
    return {
        "card_id": card.card_id,
        "card_number": card.number,
        "state": card.state,
        "balance": holdings.balance(seen.at),
        "available": holdings.available(seen.at),
        "held": holdings.totals.held,
        "debt": holdings.totals.owed,
        "stamps": card.target or 0 if card.capped_by else card.count,
        "stamp_target": card.target,
        "owed_stamps": card.owed_stamps,
        "version": seen.version,
    }


def view_of(seen: Seen, store_ids: Collection[UUID]) -> CardView:
    return CardView(**_about(seen, store_ids))


def whole_view_of(seen: Seen, store_ids: Collection[UUID]) -> WholeCard:
    return WholeCard(**_about(seen, store_ids), **_waiting(seen, LOTS_SHOWN))


def then_of(seen: Seen) -> CardThen:
    return CardThen(**figures(seen), **_waiting(seen, LOTS_SHOWN_THEN), at=seen.at)


def _waiting(seen: Seen, lots_shown: int) -> dict[str, Any]:
    lots, rewards = open_lots(seen), open_rewards(seen)
    return {
        "rewards": rewards[:REWARDS_SHOWN],
        "rewards_in_all": len(rewards),
        "reservations": open_reservations(seen),
        "lots": lots[:lots_shown],
        "lots_in_all": len(lots),
    }


def _about(seen: Seen, store_ids: Collection[UUID]) -> dict[str, Any]:
    card = seen.card
    return figures(seen) | {
        "customer_id": card.customer_id,
        "program_id": card.program_id,
        "store_id": card.store_id,
        "store_ids": list(store_ids),
        "language": card.language,
        "test": card.test,
        "opened_at": card.opened_at,
    }


def open_rewards(seen: Seen) -> list[OpenReward]:
    uncoded = seen.uncoded
    return [_reward(one, None if one.id in uncoded else one.code) for one in seen.card.open_rewards()]


def _reward(one: Unlocked, code: str | None) -> OpenReward:
    return OpenReward(
        unlocked_id=one.id,
        code=code,
        reward_id=one.terms.reward_id,
        reward_version=one.terms.reward_version,
        value_minor=one.terms.value_minor,
        store_ids=one.terms.stores,
        unlocked_at=one.terms.unlocked_at,
        expires_on=one.expires_on,
        expires_at=one.expires_at,
    )


def open_reservations(seen: Seen) -> list[OpenReservation]:
    return [_reservation(hold) for hold in seen.card.open_holds()]


def _reservation(hold: Hold) -> OpenReservation:
    return OpenReservation(
        reservation_id=hold.reservation_id,
        code=hold.code,
        reward_id=hold.reward_id,
        reward_version=hold.reward_version,
        quantity=hold.quantity,
        points=hold.quantity * hold.cost,
        store_id=hold.store_id,
        ends_at=hold.ends_at,
    )


def open_lots(seen: Seen) -> list[OpenLot]:
    """In the order in which they are used (R40)."""
    lots = seen.card.holdings.in_order()
    return [lot_of(lot, seen.at) for lot in lots if lot.held or _usable(lot, seen.at)]


def _usable(lot: Lot, at: datetime) -> bool:
    return bool(lot.free) and not lot.lapsed(at)


def lot_of(lot: Lot, at: datetime) -> OpenLot:
    return OpenLot(
        lot_id=lot.lot_id,
        source=lot.source,
        free=lot.free if _usable(lot, at) else 0,
        held=lot.held,
        program_version=lot.program_version,
        store_id=lot.store_id,
        effective_at=lot.effective_at,
        expires_on=lot.expires_on,
        expires_at=lot.expires_at,
    )
