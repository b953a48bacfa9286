"""What the events on cards have in common."""

from uuid import UUID

import msgspec

from stampbook_events.ledger.value import Moves, Stamping


class OnCard(msgspec.Struct, frozen=True, kw_only=True):
    card_id: UUID
    customer_id: UUID
    program_id: UUID


class Standing(OnCard, frozen=True, kw_only=True):
    """*balance* and *available* (R39) when it had happened; *store_id* is where, or the card's home store (R3)."""

    program_version: int
    store_id: UUID
    balance: int
    available: int = 0
    moves: Moves = Moves()


class Stamped(Standing, frozen=True, kw_only=True):
    """It moved stamps, or points and stamps."""

    stamping: Stamping | None = None
