"""``python -m tests.bench``: measure, print the table, keep the JSON. ``--check`` is a short run, ``--json`` prints JSON."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

import uvloop

from tests.bench import ledger_rate, whole
from tests.bench.bare_loop import BareLoop
from tests.bench.ground import ground
from tests.bench.results import Result, document, keep, table

ROUNDS = 3


async def ledger(folder: Path, count: int, rounds: int) -> Result:
    """Ours and bare by turns, so that a busy moment of the machine meets both; the medians count."""
    async with ground(folder) as under:
        cards = await ledger_rate.prepare(under)
        bare = BareLoop(under, cards)
        await bare.prepare()
        measured = [(await ledger_rate.rate(under, cards, count), await bare.rate(count)) for _ in range(rounds)]
    ours, loop = (statistics.median(side) for side in zip(*measured, strict=True))
    return Result("ledger: commands to events, all synced", round(ours), round(loop), "1/s")


async def run(*, brief: bool) -> list[Result]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = await ledger(folder / "ledger", 2_000 if brief else 20_000, 1 if brief else ROUNDS)
        print(table([first]), file=sys.stderr)
        rest = await whole.measure(folder / "whole", taps=200 if brief else 2_000, joins=5 if brief else 30)
    return [first, *rest]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="a short run that shows that everything works")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    asked = parser.parse_args()
    results = uvloop.run(run(brief=asked.check))
    if not asked.check:
        print(f"kept in {keep(results)}", file=sys.stderr)
    print(json.dumps(document(results), indent=2) if asked.json else table(results))


if __name__ == "__main__":
    main()
