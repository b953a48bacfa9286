"""``make bench-check``: brief pairs of the ledger, of mails and of claims, held against ``bench/baseline.json``."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import uvloop

from tests.bench import ledger_rate, pairs
from tests.bench.bare_loop import BareLoop
from tests.bench.claims import waiting
from tests.bench.ground import Ground, ground, purchases
from tests.bench.mail_rate import mails
from tests.bench.pairs import Pairs, by_turns

PAIRS = 7
_COMMANDS, _MAILS, _CLAIMS = 3_000, 400, 240
_FEW, _MANY = 1_000, 100_000

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
            claims = await _claims(under)
            say("claims: measured")
            ledger = await _ledger(under)
            say("ledger: measured")
        mail = await _mails(Path(name))
        say("mails: measured")
    return [ledger, mail, claims]


async def _ledger(under: Ground) -> Pairs:
    cards = await ledger_rate.prepare(under)
    await ledger_rate.rate(under, purchases(cards, _COMMANDS // 4, 0))
    bare = BareLoop(under, await ledger_rate.sizes(under))
    await bare.prepare()
    buyers = purchases(cards, _COMMANDS, 1)
    await bare.rate(buyers[: _COMMANDS // 4])
    return await by_turns(
        "ledger: commands to events, 1/s", PAIRS, partial(ledger_rate.rate, under, buyers), partial(bare.rate, buyers)
    )


async def _mails(folder: Path) -> Pairs:
    async with mails(folder) as sending:
        await sending.ours(_MAILS // 4)
        return await by_turns(
            "mails: written and handed over, 1/s",
            PAIRS,
            partial(sending.ours, _MAILS),
            partial(sending.straight, 2 * _MAILS),
        )


async def _claims(under: Ground) -> Pairs:
    """Here 'ours' has a hundred times as many rows waiting as 'bare': flat means that both are equally quick."""
    async with waiting(under, _MANY) as many, waiting(under, _FEW) as few:
        return await by_turns(
            "claims: 100,000 waiting beside 1,000, 1/s", PAIRS, partial(many.rate, _CLAIMS), partial(few.rate, _CLAIMS)
        )
