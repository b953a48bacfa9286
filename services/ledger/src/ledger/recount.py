"""Counts a card again from the log, for whoever doubts a balance."""

from typing import Any
from uuid import UUID

import msgspec

from ledger.folding import folded
from ledger.store import reading

Db = Any


class Recount(msgspec.Struct, frozen=True, kw_only=True):
    """What the log adds up to beside what the tables hold; *agrees* when all of it is the same.

    *balance* is free and held points less what is owed, whatever has lapsed since.
    """

    card_id: UUID
    events: int
    version: int
    balance: int
    stamps: int
    kept_version: int
    kept_balance: int
    kept_stamps: int
    free_in_lots: int
    issued_points: int
    issued_stamps: int
    agrees: bool


async def recount(db: Db, merchant: UUID, card_id: UUID) -> Recount | None:
    """None when there is no such card. What was merged into it counts as its own."""
    async with db.transaction(isolation="repeatable_read", readonly=True):
        kept = await db.fetchrow(reading.CARD_AS_KEPT, merchant, card_id)
        if kept is None:
            return None
        one = (await folded(db, [(merchant, card_id)])).get((merchant, card_id))
    card = one.card if one else None
    totals = card.holdings.totals if card else None
    balance = totals.issued + totals.held - totals.owed if totals else 0
    free = sum(lot.free for lot in card.holdings.lots.values()) if card else 0
    version, stamps = (card.version, card.count) if card else (0, 0)
    agrees = (
        card is not None
        and totals is not None
        and (version, balance, totals.held, totals.owed, stamps)
        == (kept["version"], kept["balance"], kept["held"], kept["owed"], kept["stamps"])
        and free == kept["free"] == totals.issued == kept["issued_points"]
        and stamps == card.stamps.issued == kept["issued_stamps"]
    )
    return Recount(
        card_id=card_id,
        events=version,
        version=version,
        balance=balance,
        stamps=stamps,
        kept_version=kept["version"],
        kept_balance=kept["balance"],
        kept_stamps=kept["stamps"],
        free_in_lots=kept["free"],
        issued_points=kept["issued_points"],
        issued_stamps=kept["issued_stamps"],
        agrees=agrees,
    )
