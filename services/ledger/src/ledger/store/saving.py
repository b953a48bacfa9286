"""Writing what a batch changed: one statement a table, and none for a table it left alone.

Many plain new rows go by COPY, which costs both sides half of what an INSERT from arrays does. Few of everything go
together in one statement, for a COPY alone takes two round trips. What makes room for other rows of the same batch goes
before: cards that were merged, receipt numbers that were freed, bonuses that were taken back.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from ledger.store import shapes
from ledger.store.loading import Books
from ledger.store.parts import shifted, width_of_text
from ledger.store.shapes import Shape
from ledger.store.writing import cards, crossing, reports, setup
from ledger.store.writing.ownership import RowsOf, Values
from stampbook_messaging.event_store import SMALL

Db = Any


class Write(NamedTuple):
    """*copied*: plain new rows, which may go by COPY in the shape's order."""

    statement: str
    rows_of: RowsOf
    copied: Shape | None = None


async def save(db: Db, books: Books) -> None:
    for write, rows in _changed(books, FIRST).values():
        await db.execute(write.statement, *_columns(rows))
    changed = _changed(books, WRITES)
    if not changed:
        return
    if max(len(rows) for _, rows in changed.values()) <= SMALL:
        columns = [column for _, rows in changed.values() for column in _columns(rows)]
        await db.execute(_together(tuple(changed)), *columns)
        return
    for write, rows in changed.values():
        if write.copied is None:
            await db.execute(write.statement, *_columns(rows))
        else:
            await db.copy_records_to_table(write.copied.table, records=rows, columns=write.copied.names)


def _changed(books: Books, writes: Mapping[str, Write]) -> dict[str, tuple[Write, list[Values]]]:
    changed = {}
    for name, write in writes.items():
        rows = [row for tenant in books.values() for row in write.rows_of(tenant)]
        if rows:
            changed[name] = write, rows
    return changed


def _columns(rows: list[Values]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


@cache
def _together(names: tuple[str, ...]) -> str:
    """Their statements as one: no row is written by two of them, so it does not matter that none sees the others'."""
    parts: list[str] = []
    width = 0
    for number, name in enumerate(names):
        statement = WRITES[name].statement
        parts.append(f"part{number} AS ({shifted(statement, width)})")
        width += width_of_text(statement)
    return f"WITH {', '.join(parts)} SELECT"


def _new(shape: Shape, rows_of: RowsOf) -> Write:
    return Write(shape.insert, rows_of, shape)


_MOVED = "unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS v(merchant, card_id, into_id)"
_SAME = "t.merchant = v.merchant AND t.card_id = v.card_id"
_MOVE_BIRTHDAYS = f"""
WITH gone AS (DELETE FROM birthday t USING {_MOVED} WHERE {_SAME} RETURNING v.merchant, v.into_id, t.year)
INSERT INTO birthday (merchant, card_id, year) SELECT DISTINCT merchant, into_id, year FROM gone ON CONFLICT DO NOTHING
"""
_MOVE_TALLIES = """
WITH gone AS (
  DELETE FROM tally t USING unnest($1::uuid[], $2::text[], $3::text[]) AS v(merchant, subject, into_subject)
  WHERE t.merchant = v.merchant AND t.subject = v.subject
    AND t.kind IN ('stamps_of_card', 'points_of_card', 'offline', 'reward')
  RETURNING v.merchant, t.kind, v.into_subject, t.day, t.amount
)
INSERT INTO tally AS t (merchant, kind, subject, day, amount)
SELECT merchant, kind, into_subject, day, sum(amount) FROM gone GROUP BY 1, 2, 3, 4
ON CONFLICT (merchant, kind, subject, day) DO UPDATE SET amount = t.amount + excluded.amount
"""
_UNGIVE = """
DELETE FROM stamps_given t
USING unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[]) AS v(merchant, card_id, effective_at, operation_id)
WHERE t.merchant = v.merchant AND t.card_id = v.card_id AND t.effective_at = v.effective_at
  AND t.operation_id = v.operation_id
"""
_UNWELCOME = """
DELETE FROM welcome t USING unnest($1::uuid[], $2::uuid[]) AS v(merchant, customer_id)
WHERE t.merchant = v.merchant AND t.customer_id = v.customer_id
"""


_END_LOTS = """
UPDATE lot t SET ended = true FROM unnest($1::uuid[], $2::uuid[]) AS v(merchant, card_id)
WHERE t.merchant = v.merchant AND t.card_id = v.card_id AND NOT t.ended
"""


def _move(shape: Shape) -> Write:
    return Write(f"UPDATE {shape.table} t SET card_id = v.into_id FROM {_MOVED} WHERE {_SAME}", crossing.moved_cards)


FIRST: dict[str, Write] = {
    "ended": Write(_END_LOTS, crossing.ended_cards),
    **{shape.table: _move(shape) for shape in (shapes.LOT, shapes.UNLOCKED, shapes.RESERVATION, shapes.GIVEN)},
    "birthday": Write(_MOVE_BIRTHDAYS, crossing.moved_cards),
    "tally": Write(_MOVE_TALLIES, crossing.moved_subjects),
    "receipt": Write(shapes.RECEIPT.update, crossing.freed),
    "ungiven": Write(_UNGIVE, crossing.ungiven),
    "unwelcomed": Write(_UNWELCOME, crossing.unwelcomed),
}
WRITES: dict[str, Write] = {
    "program": Write(shapes.PROGRAM.insert, setup.programs),
    "program withdrawn": Write(shapes.PROGRAM.update, setup.withdrawn("program")),
    "program ending": Write(shapes.ENDING.insert, setup.endings),
    "campaign": Write(shapes.CAMPAIGN.insert, setup.campaigns),
    "campaign withdrawn": Write(shapes.CAMPAIGN.update, setup.withdrawn("campaign")),
    "reward": Write(shapes.REWARD.insert, setup.rewards),
    "reward withdrawn": Write(shapes.REWARD.update, setup.withdrawn("reward")),
    "stock": Write(
        shapes.STOCK.upsert(
            "taken = t.taken + excluded.taken, retired_at = coalesce(t.retired_at, excluded.retired_at)"
        ),
        setup.stocks,
    ),
    "new card": _new(shapes.CARD, cards.opened),
    "card": Write(shapes.CARD.update, cards.touched),
    "new number": _new(shapes.CARD_NUMBER, crossing.new_numbers),
    "old number": Write(shapes.CARD_NUMBER.upsert("until = excluded.until"), crossing.old_numbers),
    "link": _new(shapes.CARD_STORE, crossing.links),
    "new lot": _new(shapes.LOT, cards.new_lots),
    "lot": Write(shapes.LOT.update, cards.lots),
    "new unlocked": _new(shapes.UNLOCKED, cards.new_unlocked),
    "unlocked": Write(shapes.UNLOCKED.update, cards.unlocked),
    "new hold": _new(shapes.RESERVATION, cards.new_holds),
    "hold": Write(shapes.RESERVATION.update, cards.holds),
    "new code": _new(shapes.REDEEM_CODE, crossing.new_codes),
    "dead code": Write(shapes.REDEEM_CODE.upsert("dead = true"), crossing.dead_codes),
    "posting": _new(shapes.POSTING, cards.postings),
    "reward change": _new(shapes.REWARD_CHANGE, reports.reward_changes),
    "account day": Write(shapes.ACCOUNT_DAY.upsert(shapes.ACCOUNT_DAY.adding), reports.account_days),
    "cohort": Write(shapes.COHORT.upsert(shapes.COHORT.adding), reports.cohorts),
    "receipt": _new(shapes.RECEIPT, crossing.receipts),
    "undone": Write(
        shapes.UNDONE.upsert(
            "voided = excluded.voided, taken_back = excluded.taken_back, refunded = excluded.refunded,"
            " refund_numbers = excluded.refund_numbers"
        ),
        crossing.undone,
    ),
    "tally": Write(shapes.TALLY.upsert("amount = t.amount + excluded.amount"), crossing.tallies),
    "given": _new(shapes.GIVEN, crossing.given),
    "welcome": _new(shapes.WELCOME, crossing.welcomed),
    "birthday": Write(f"{shapes.BIRTHDAY.insert} ON CONFLICT DO NOTHING", crossing.birthdays),
}
