"""A service small enough to see through: it adds up the amounts of each card, in the ledger's own words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import BigInteger, Column, MetaData, PrimaryKeyConstraint, Table, Text, Uuid

from stampbook_events import ids
from stampbook_events.ledger import EarnPoints, PointsEarned
from stampbook_messaging.messages import Decision, Fact, Received
from stampbook_messaging.tables import log_tables

STORE = uuid5(ids.PLATFORM, "store")
PROGRAM = uuid5(ids.PLATFORM, "program")
CUSTOMER = uuid5(ids.PLATFORM, "customer")


def tables(schema: str) -> MetaData:
    metadata = MetaData(schema=schema)
    log_tables(metadata)
    Table(
        "counter",
        metadata,
        Column("merchant", Uuid, nullable=False),
        Column("card", Uuid, nullable=False),
        Column("total", BigInteger, nullable=False),
        Column("times", BigInteger, nullable=False),
        PrimaryKeyConstraint("merchant", "card"),
    )
    Table("receipt", metadata, Column("text", Text, primary_key=True))
    return metadata


def earn(card: UUID | None = None, amount: int = 100, receipt: str | None = None) -> EarnPoints:
    return EarnPoints(card_id=card or uuid4(), store_id=STORE, amount_minor=amount, currency="EUR", receipt=receipt)


def earned(card: UUID, amount: int, balance: int) -> PointsEarned:
    return PointsEarned(
        card_id=card,
        customer_id=CUSTOMER,
        program_id=PROGRAM,
        program_version=1,
        store_id=STORE,
        amount_minor=amount,
        currency="EUR",
        points=amount,
        balance=balance,
    )


@dataclass
class Totals:
    """The state of one batch."""

    totals: dict[tuple[UUID, UUID], tuple[int, int]]
    taken: set[str]
    new: list[str] = field(default_factory=list)
    touched: set[tuple[UUID, UUID]] = field(default_factory=set)


@dataclass
class Counter:
    """A receipt counts once. The receipt ``bug`` is a bug of ours; *blind_loads* times the receipts are not seen."""

    commands: tuple[type[EarnPoints], ...] = (EarnPoints,)
    blind_loads: int = 0
    bugs: bool = True

    async def load(self, db: Any, batch: Sequence[Received]) -> Totals:
        rows = await db.fetch("SELECT * FROM counter")
        blind, self.blind_loads = self.blind_loads > 0, self.blind_loads - 1
        receipts = [] if blind else await db.fetch("SELECT text FROM receipt")
        return Totals(
            {(row["merchant"], row["card"]): (row["total"], row["times"]) for row in rows},
            {row["text"] for row in receipts},
        )

    def decide(self, state: Totals, received: Received) -> Decision:
        command: EarnPoints = received.command
        if command.receipt == "bug" and self.bugs:
            raise ZeroDivisionError("divided the till by zero")
        if command.receipt in state.taken:
            return Decision(facts=(), refused="receipt_taken")
        if command.amount_minor < 0 or received.late:
            return Decision(facts=(), refused="too_late" if received.late else "below_zero")
        if command.receipt:
            state.taken.add(command.receipt)
            state.new.append(command.receipt)
        key = (received.envelope.merchant, command.card_id)
        total, times = state.totals.get(key, (0, 0))
        state.totals[key] = (total + command.amount_minor, times + 1)
        state.touched.add(key)
        event = earned(command.card_id, command.amount_minor, state.totals[key][0])
        return Decision(facts=(Fact(aggregate=command.card_id, event=event),), result={"balance": event.balance})

    async def save(self, db: Any, state: Totals) -> None:
        rows = [(*key, *state.totals[key]) for key in sorted(state.touched)]
        await db.executemany(
            "INSERT INTO counter VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (merchant, card) DO UPDATE SET total = excluded.total, times = excluded.times",
            rows,
        )
        await db.executemany("INSERT INTO receipt VALUES ($1)", [(text,) for text in state.new])
