"""``make bench-check``: brief pairs of the ledger, a rebuild, mails and claims, held against ``bench/baseline.json``."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import uvloop

from tests.bench import at_size, ledger_rate, pairs, sides
from tests.bench.ground import ground
from tests.bench.pairs import Pairs

PAIRS = 7
_COMMANDS, _MAILS, _CLAIMS = 3_000, 400, 240
_SIZE = at_size.Size(mixed=5_000, commands=2_048, rebuilt=20_000, pairs=PAIRS)

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
        mixed, _, beside_peer = await at_size.mixed(Path(name), _SIZE)
        say("mixed load: measured")
        rebuild, _ = await at_size.rebuilt(Path(name), _SIZE, lambda _: None)
        say("rebuild: measured")
    return [ledger, mails, claims, mixed, beside_peer, rebuild]
