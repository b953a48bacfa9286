"""``make bench-check``: brief pairs of the ledger, of mails and of claims, held against ``bench/baseline.json``."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import uvloop

from tests.bench import ledger_rate, pairs, sides
from tests.bench.ground import ground
from tests.bench.pairs import Pairs

PAIRS = 7
_COMMANDS, _MAILS, _CLAIMS = 3_000, 400, 240

Say = Callable[[str], None]


def main(*, keep_baseline: bool, say: Say) -> int:
    """The exit code: 1 when something has become too slow."""
    measured = uvloop.run(_measure(say))
    if keep_baseline:
        pairs.commit(measured)
    verdicts = pairs.judge(measured, pairs.committed())
    print(pairs.table(verdicts))
    return 0 if all(verdict.holds for verdict in verdicts) else 1


async def _measure(say: Say) -> list[Pairs]:
    with tempfile.TemporaryDirectory() as name:
        async with ground(Path(name) / "ground") as under:
            claims = await sides.claims(under, _CLAIMS, PAIRS)
            say("claims: measured")
            ledger = await sides.ledger(under, await ledger_rate.prepare(under), _COMMANDS, PAIRS)
            say("ledger: measured")
        mails = await sides.sent(Path(name), _MAILS, PAIRS)
        say("mails: measured")
    return [ledger, mails, claims]
