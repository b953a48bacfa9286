"""The kept tables beside what the log says: every row that is missing, too many or different is named."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from ledger.checks.said import Broken, said, tell
from ledger.checks.words import Row, differences, named
from ledger.rebuilding.projections import SHARED, TABLES
from ledger.store import shapes
from ledger.store.shapes import Shape
from stampbook_messaging.log_checks import Check

Db = Any

TOPICS: Mapping[str, tuple[Shape, ...]] = {
    "balances_are_the_fold": (shapes.CARD, shapes.CARD_NUMBER, shapes.CARD_STORE),
    "lots_are_the_fold": (shapes.LOT,),
    "rewards_are_the_fold": (shapes.UNLOCKED, shapes.RESERVATION, shapes.REDEEM_CODE),
    "postings_are_the_fold": (shapes.POSTING,),
    "keys_are_kept": (
        shapes.RECEIPT,
        shapes.UNDONE,
        shapes.WELCOME,
        shapes.BIRTHDAY,
        shapes.GIVEN,
        shapes.TALLY,
    ),
    "reports_are_the_fold": (shapes.REWARD_CHANGE, shapes.ACCOUNT_DAY, shapes.COHORT),
    "settings_are_the_fold": (shapes.PROGRAM, shapes.ENDING, shapes.CAMPAIGN, shapes.REWARD, shapes.STOCK),
}
assert {shape.table for several in TOPICS.values() for shape in several} == set(TABLES)
NOT_FOLDED = frozenset({"store", "schedule", "rebuild", "rebuild_bound", "rebuild_lane"})
"""Tables of the ledger that no event of its log speaks of; ``store.tables`` says why each of them is not compared."""
_SUMMED = {
    one.shape.table: ", ".join(
        (*(f"sum({name})::bigint AS {name}" for name in one.summed), *(f"max({name}) AS {name}" for name in one.others))
    )
    for one in SHARED
}
"""What several cards' rows come to in one."""


async def tables_are_the_fold(db: Db) -> list[Check]:
    """At one moment, so that what is recorded meanwhile is on both sides or on none."""
    stated, broken = Check(name="ledger.events_state_the_balance"), Broken()
    async with db.transaction(isolation="repeatable_read"):
        await tell(db, stated, broken)
        found = [await _compared(db, f"ledger.{name}", several, broken) for name, several in TOPICS.items()]
    for (merchant, card_id), what in sorted(broken.items()):
        found[0].blame(f"card {card_id} of {merchant}: {what}")
    return [*found, stated]


async def _compared(db: Db, name: str, several: Sequence[Shape], broken: Broken) -> Check:
    check = Check(name=name)
    for shape in several:
        check.counted += await db.fetchval(f"SELECT count(*) FROM {shape.table}")
        async for log, kept in _differing(db, shape):
            row = kept or log
            assert row is not None
            if (row["merchant"], row.get("card_id")) in broken:
                continue
            for what in differences(shape, log, kept):
                check.blame(f"{named(shape, row)}: {what}")
    return check


async def _differing(db: Db, shape: Shape) -> AsyncIterator[tuple[Row | None, Row | None]]:
    """By the log, and as it is kept."""
    names, key = shape.names, shape.key.split()[::2]
    same = " AND ".join(f"s.{name} = k.{name}" for name in key)
    columns = ", ".join(f"{side}.{name}" for side in "sk" for name in names)
    ours, theirs = (f"ROW({', '.join(f'{side}.{name}' for name in names)})" for side in "sk")
    source = said(shape.table)
    if shape.table in _SUMMED:
        source = f"(SELECT {', '.join(key)}, {_SUMMED[shape.table]} FROM {source} GROUP BY {', '.join(key)})"
    statement = (
        f"SELECT {columns} FROM {source} s FULL JOIN {shape.table} k ON {same} WHERE {ours} IS DISTINCT FROM {theirs}"
    )
    async for row in db.cursor(statement):
        log, kept = (dict(zip(names, half, strict=True)) for half in (row[: len(names)], row[len(names) :]))
        yield log if log["merchant"] else None, kept if kept["merchant"] else None
