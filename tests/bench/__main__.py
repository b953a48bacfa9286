"""``python -m tests.bench``: measure, print the table, keep the JSON; ``--check`` compares pairs with the baseline."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import uvloop

from tests.bench import check, ledger_rate, whole
from tests.bench.bare_loop import BareLoop
from tests.bench.ground import ground, purchases
from tests.bench.results import Result, document, keep, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much of everything is measured."""

    commands: int
    rounds: int
    whole: whole.Extent


FULL = Extent(commands=20_000, rounds=3, whole=whole.Extent(taps=2_000, joins=30, starts=3))


async def ledger(folder: Path, extent: Extent) -> Result:
    """Ours and bare by turns, so that a busy moment of the machine meets both; the medians count."""
    measured = []
    async with ground(folder) as under:
        cards = await ledger_rate.prepare(under)
        warming = purchases(cards, extent.commands // 10, 0)
        await ledger_rate.rate(under, warming)
        bare = BareLoop(under, await ledger_rate.sizes(under))
        await bare.prepare()
        await bare.rate(warming)
        for number in range(1, extent.rounds + 1):
            buyers = purchases(cards, extent.commands, number)
            measured.append((await ledger_rate.rate(under, buyers), await bare.rate(buyers)))
            say(f"ledger, round {number}: ours {measured[-1][0]:.0f}, bare {measured[-1][1]:.0f} commands a second")
    ours, loop = (statistics.median(side) for side in zip(*measured, strict=True))
    return Result("ledger: commands to events, all synced", ours, loop, "1/s")


async def run(extent: Extent) -> list[Result]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = await ledger(folder / "ledger", extent)
        return [first, *await whole.measure(folder / "whole", extent.whole, say)]


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench", description="Measure, beside the bare limit of the same run.")
    parser.add_argument(
        "--check", action="store_true", help="brief pairs against the baseline; exit code 1 if too slow"
    )
    parser.add_argument("--baseline", action="store_true", help="brief pairs, kept as the new baseline")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    asked = parser.parse_args()
    if asked.check or asked.baseline:
        sys.exit(check.main(keep_baseline=asked.baseline, say=say))
    results = uvloop.run(run(FULL))
    say(f"kept in {keep(results)}")
    print(json.dumps(document(results), indent=2) if asked.json else table(results))


if __name__ == "__main__":
    main()
