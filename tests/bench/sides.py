"""What is measured by turns: each function gives the pairs of one thing, as many and as long as it is told."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.bench import ledger_rate, tracing
from tests.bench.bare_loop import BareLoop
from tests.bench.claims import waiting
from tests.bench.ground import Card, Ground, purchases
from tests.bench.mail_rate import mails
from tests.bench.pairs import Pairs, by_turns
from tests.bench.tracing import TRACED_EVERY

LEDGER = "ledger: commands to events, 1/s"
MAILS = "mails: written and handed over, 1/s"
CLAIMS = "claims: 100,000 waiting beside 1,000, 1/s"
TRACES = "ledger: with traces beside without, 1/s"
PROCESSES = "ledger: two processes beside one, 1/s"

_FEW, _MANY = 1_000, 100_000


async def ledger(under: Ground, cards: Sequence[Card], commands: int, pairs: int) -> Pairs:
    """Beside a plain loop that moves the same bytes. A first, shorter run warms both sides and is not counted."""
    buyers = purchases(cards, commands, 1)
    await ledger_rate.rate(under, buyers[: commands // 4])
    bare = BareLoop(under, await ledger_rate.sizes(under))
    await bare.prepare()
    await bare.rate(buyers[: commands // 4])
    return await by_turns(LEDGER, pairs, partial(ledger_rate.rate, under, buyers), partial(bare.rate, buyers))


async def traces(under: Ground, cards: Sequence[Card], commands: int, pairs: int) -> Pairs:
    buyers = purchases(cards, commands, 2)

    async def written() -> float:
        return (await tracing.traced(under, buyers, TRACED_EVERY)).rate

    async def unwritten() -> float:
        return (await tracing.untraced(under, buyers, TRACED_EVERY)).rate

    return await by_turns(TRACES, pairs, written, unwritten)


async def processes(under: Ground, cards: Sequence[Card], commands: int, pairs: int) -> Pairs:
    """Both sides start in front of a full stream; two share its partitions as soon as they know of each other."""
    buyers = purchases(cards, commands, 3)

    async def two() -> float:
        return (await ledger_rate.run(under, buyers, processes=2)).rate

    return await by_turns(PROCESSES, pairs, two, partial(ledger_rate.rate, under, buyers))


async def sent(folder: Path, count: int, pairs: int) -> Pairs:
    """Beside the same bytes over as many connections by the library alone."""
    async with mails(folder) as sending:
        await sending.ours(count // 4)
        return await by_turns(MAILS, pairs, partial(sending.ours, count), partial(sending.straight, 2 * count))


async def claims(under: Ground, count: int, pairs: int) -> Pairs:
    """Here 'ours' has a hundred times as many rows waiting as 'bare': flat means that both are equally quick."""
    async with waiting(under, _MANY) as many, waiting(under, _FEW) as few:
        return await by_turns(CLAIMS, pairs, partial(many.rate, count), partial(few.rate, count))
