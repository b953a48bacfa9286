"""Whether a log is whole: positions and versions gapless, every hash over its predecessor, heads equal to the rows'."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from stampbook_messaging.daily_seals.files import FiledSeal, NoSeal
from stampbook_messaging.log_checks.check import Check
from stampbook_messaging.log_checks.finding import Finding
from stampbook_messaging.log_checks.heads import Standing
from stampbook_messaging.log_checks.losses import Losses, LostVersion
from stampbook_messaging.log_checks.partition import Books, PartitionWalk
from stampbook_messaging.log_checks.reading import InTurn, aggregates_of, bounds_of, events_of, partitions_elsewhere
from stampbook_messaging.log_checks.seals import Seals

Db = Any


@dataclass(slots=True)
class LogReport:
    """*standings*: of each partition, how far its heads could be followed and which seal confirms them.

    *sealed*: how many seals the table has.
    """

    gapless: Check
    hashes: Check
    seals: Check
    standings: list[Standing] = field(default_factory=list)
    sealed: int = 0

    @property
    def checks(self) -> list[Check]:
        return [self.gapless, self.hashes, self.seals]


async def check_log(db: Db, service: str) -> list[Check]:
    """Positions and versions, hashes and heads, seals: three checks by one reading of the log."""
    return (await report_log(db, service)).checks


async def report_log(db: Db, service: str, outside: Iterable[FiledSeal | NoSeal] = ()) -> LogReport:
    """Read the log once, in memory that does not grow with it. *outside*: seals from where the log cannot reach."""
    report = LogReport(
        gapless=Check(name=f"{service}.positions_and_versions_gapless"),
        hashes=Check(name=f"{service}.hashes_whole"),
        seals=Check(name=f"{service}.seals_whole"),
    )
    books = Books(
        db=InTurn(db),
        service=service,
        gapless=report.gapless,
        hashes=report.hashes,
        seals=Seals(service, report.seals),
        losses=Losses(service, report.gapless),
    )
    await books.seals.read_table(db)
    report.sealed = len(books.seals.hashes)
    books.seals.hold_against(outside)
    for bound in await bounds_of(db):
        walk = PartitionWalk.through(books, bound)
        async with aclosing(events_of(books.db, bound)) as events:
            async for event in events:
                await walk.take(event)
        report.standings.append(walk.end())
    for partition in await partitions_elsewhere(db):
        report.gapless.blame(f"{service} partition {partition}: there are events in it, and no such partition")
    report.hashes.counted = report.gapless.counted
    await _check_aggregates(books)
    books.losses.name_them()
    await books.seals.compare_with_events(db, whole=report.gapless.ok)
    return report


async def _check_aggregates(books: Books) -> None:
    """Each aggregate's row is where its last event is."""
    async for row in aggregates_of(books.db):
        logged = row["logged"] or 0
        if logged < row["version"]:
            because = f"the aggregate's row says version {row['version']}, the log ends at {logged}"
            versions = range(logged + 1, row["version"] + 1)
            books.losses.versions(
                [LostVersion(row["merchant"], row["id"], version, because) for version in versions[: books.losses.room]]
            )
        elif not row["same"] or logged != row["version"]:
            books.gapless.find(
                Finding(
                    what="row_differs",
                    service=books.service,
                    merchant=row["merchant"],
                    aggregate=row["id"],
                    version=row["version"],
                    said=f"its row differs from the log, which ends at version {logged}",
                )
            )
