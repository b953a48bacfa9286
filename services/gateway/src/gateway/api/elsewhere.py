"""Whoever works in some stores only is not told in which others a customer is known, nor who serves there."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

import msgspec

from gateway.histories import (
    CardAsOf,
    Explanation,
    ExplanationPart,
    ExplanationStep,
    LedgerWholeCard,
    OpenLot,
    OpenReservation,
    StatementEntry,
    StatementPage,
)
from gateway.principals import Principal
from stampbook_events import Actor
from stampbook_events.ledger import Moves

Waiting = TypeVar("Waiting", CardAsOf, LedgerWholeCard)
Stored = TypeVar("Stored", OpenLot, OpenReservation)
replace = msgspec.structs.replace


def statement_shown(asking: Principal, page: StatementPage) -> StatementPage:
    if not asking.stores:
        return page
    return replace(page, entries=[_entry(asking, entry) for entry in page.entries])


def waiting_shown(asking: Principal, card: Waiting) -> Waiting:
    """What waits on a card, now or then."""
    if not asking.stores:
        return card
    return replace(
        card,
        lots=[_stored(asking, lot) for lot in card.lots],
        reservations=[_stored(asking, held) for held in card.reservations],
    )


def explanation_shown(asking: Principal, found: Explanation) -> Explanation:
    if not asking.stores:
        return found
    return replace(
        found,
        parts=[_part(asking, part) for part in found.parts],
        steps=[_step(asking, step) for step in found.steps],
    )


def _store(asking: Principal, store_id: UUID | None) -> UUID | None:
    return store_id if store_id is not None and asking.works_in(store_id) else None


def _actor(asking: Principal, actor: Actor, store_id: UUID | None) -> Actor:
    """Their kind and role say what happened; who they are stays in their store."""
    own = all(asking.works_in(store) for store in (actor.store, store_id) if store is not None)
    return actor if own else Actor(kind=actor.kind, id="", role=actor.role)


def _entry(asking: Principal, entry: StatementEntry) -> StatementEntry:
    actor = _actor(asking, entry.actor, entry.store_id)
    return replace(entry, store_id=_store(asking, entry.store_id), actor=actor)


def _stored(asking: Principal, one: Stored) -> Stored:
    return replace(one, store_id=_store(asking, one.store_id))


def _part(asking: Principal, part: ExplanationPart) -> ExplanationPart:
    return part if part.lot is None else replace(part, lot=_stored(asking, part.lot))


def _step(asking: Principal, step: ExplanationStep) -> ExplanationStep:
    actor = step.actor and _actor(asking, step.actor, step.store_id)
    return replace(
        step, store_id=_store(asking, step.store_id), actor=actor, moves=step.moves and _moves(asking, step.moves)
    )


def _moves(asking: Principal, moves: Moves) -> Moves:
    return replace(moves, opened=tuple(replace(lot, store_id=_store(asking, lot.store_id)) for lot in moves.opened))
