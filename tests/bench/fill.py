"""``python -m tests.bench.fill --events 1000000 --data DIR``: a data directory with a mixed load in its ledger.

The streams are left out: the relay publishes all of it when Stampbook is brought up on DIR. The same seed makes the same
ledger, but for its times.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import uvloop

from stampbook_cli.auditing.audit import reading
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.services import Parts, Service
from stampbook_cli.embedded.stack import Declaration, stack
from tests.bench.filling import EVENTS_A_CARD, MERCHANTS, Extent, Filled, fill


class _OnlyTables(Declaration):
    """Servers, streams and tables of everybody, and nobody who works on them."""

    def stand_ins(self, parts: Parts) -> list[Service]:
        return []

    def services(self, parts: Parts) -> list[Service]:
        return []


async def fill_directory(path: Path, extent: Extent) -> Filled:
    directory = DataDirectory(path)
    directory.make()
    async with (
        stack(directory, declaration=_OnlyTables()) as running,
        reading("ledger", running.postgres.dsn("ledger")) as pool,
        pool.acquire() as db,
    ):
        return await fill(db, extent, _say)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.fill", description="Fill a ledger with a mixed load.")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--cards", type=int, help="one for twenty events if not told")
    parser.add_argument("--merchants", type=int, default=MERCHANTS)
    parser.add_argument("--days", type=float, default=1.0, help="how long ago the first event was recorded")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, required=True, help="a data directory without a ledger in it")
    asked = parser.parse_args()
    cards = asked.cards or max(1, asked.events // EVENTS_A_CARD)
    extent = Extent(asked.events, cards, asked.merchants, asked.days, asked.seed)
    filled = uvloop.run(fill_directory(asked.data.absolute(), extent))
    _say(f"{filled.events:,} events on {len(filled.mix.holders):,} cards in {filled.seconds:,.0f} s")


if __name__ == "__main__":
    main()
