"""How value moves in the examples: lines, and the lots they touch."""

from datetime import date, datetime
from typing import cast
from uuid import UUID

from stampbook_events.ledger import Account, Line, LotMoved, LotOpened, Moves, RollingExpiry, Stamping, Unit
from stampbook_events.sample_data.cast import FASHIONHUB, ZONE, end_of


def entry(unit: Unit, **amounts: int) -> tuple[Line, ...]:
    return tuple(Line(unit=unit, account=cast("Account", name), amount=amount) for name, amount in amounts.items())


def points(*moved: LotMoved, **amounts: int) -> Moves:
    return Moves(lines=entry("points", **amounts), moved=moved)


def stamps(count: int, target: int = 10, withdrawn: tuple[UUID, ...] = (), **amounts: int) -> Stamping:
    return Stamping(count=count, target=target, lines=entry("stamps", **amounts), withdrawn=withdrawn)


def credited(lot_id: UUID, amount: int, at: datetime, last_day: date) -> Moves:
    """*amount* points that rules gave, in a lot of their own; *lot_id* is the operation's id, too."""
    lot = LotOpened(
        lot_id=lot_id,
        points=amount,
        effective_at=at,
        zone=ZONE,
        program_version=1,
        source=lot_id,
        expiry=RollingExpiry(count=12, unit="months"),
        store_id=FASHIONHUB,
        expires_on=last_day,
        expires_at=end_of(last_day),
    )
    return Moves(lines=entry("points", granted=-amount, issued=amount), opened=(lot,))
