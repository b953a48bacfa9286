"""``python -m tests.bench``: measure, print the table, keep the JSON; ``--check`` compares pairs with the baseline."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import uvloop

from tests.bench import at_size, check, claims, ledger_rate, sides, whole
from tests.bench.ground import Ground, ground
from tests.bench.plot import svg
from tests.bench.results import Result, document, keep, table

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "claims.svg"
_COMMANDS, _MAILS, _PAIRS = 10_000, 1_000, 7
_WHOLE = whole.Extent(taps=4_000, joins=30, starts=3)


async def run() -> list[Result]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with ground(folder / "ground") as under:
            results = [*await _ledger(under), await _claims(under)]
        results.append((await sides.sent(folder, _MAILS, _PAIRS)).result)
        say("mails: measured")
        results.extend(await at_size.measure(folder, say))
        return [*results, *await whole.measure(folder / "whole", _WHOLE, say)]


async def _ledger(under: Ground) -> list[Result]:
    cards = await ledger_rate.prepare(under)
    results = []
    for side in (sides.ledger, sides.processes, sides.traces):
        results.append((await side(under, cards, _COMMANDS, _PAIRS)).result)
        say(f"{results[-1].name}: measured")
    return results


async def _claims(under: Ground) -> Result:
    points = await claims.by_size(under, say)
    title = "Milliseconds to claim, mark and settle one delivery"
    PICTURE.write_text(svg(title, "deliveries that wait, half of them due, beside as many that have ended", points))
    return Result("claims: 1,000,000 waiting beside 1,000", points[-1][1], points[0][1], "ms")


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
    results = uvloop.run(run())
    say(f"kept in {keep(results)}")
    print(json.dumps(document(results), indent=2) if asked.json else table(results))


if __name__ == "__main__":
    main()
