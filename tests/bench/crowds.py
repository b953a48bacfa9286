"""One merchant with very many cards, and what a command costs there beside a merchant with few."""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.bench.applying import Applier, by, open_stores
from tests.bench.copying import Copier, Copy
from tests.bench.ground import Ground
from tests.bench.mix import Holder, Mix
from tests.bench.patterns import Pattern, names_of, pattern_of
from tests.bench.rooms import room, settle

Db = Any
Say = Callable[[str], None]
SIZES = (10_000, 100_000, 1_000_000)
PATTERN = 500
"""So many cards are opened by commands, the others are copies of them."""
_AT_ONCE = 20
_BATCH = 256
_ROUNDS, _COMMANDS = 7, 1_024


@dataclass(frozen=True, slots=True)
class Crowd:
    """Tables of their own in *schema*, in which the one merchant of *mix* has its cards."""

    schema: str
    db: Db
    mix: Mix

    async def microseconds(self, count: int) -> float:
        """For each command of a mixed load: loaded, decided, written and committed in the batches of a worker."""
        applier = Applier(self.db, datetime.now(UTC))
        await applier.begin()
        batches = [[applier.item(said) for said in batch] for batch in by(_BATCH, self.mix.commands(count))]
        began = time.perf_counter()
        for items in batches:
            await applier.apply_items(items)
        return (time.perf_counter() - began) / count * 1e6


async def gather(db: Db, cards: int, say: Say) -> Mix:
    """One more merchant, with about so many cards. The connection may lose in a crash what it wrote last."""
    await db.execute("SET synchronous_commit TO off")
    mix = Mix(1, PATTERN, seed=cards, aged=_COMMANDS)
    await open_stores(db, mix.shops)
    applier = Applier(db, datetime.now(UTC))
    await applier.begin()
    for batch in by(_BATCH, (*mix.setup(), *mix.openings())):
        await applier.apply(batch)
    pattern = await pattern_of(db, mix.shops[0].merchant)
    while len(mix.holders) < cards:
        copies = [_copy(pattern, mix) for _ in range(min(_AT_ONCE, -(-(cards - len(mix.holders)) // PATTERN)))]
        await Copier(db).write(copies, lambda _: None)
        say(f"{len(mix.holders):,} cards")
    await db.execute("SET synchronous_commit TO on")
    return mix


@asynccontextmanager
async def crowd(ground: Ground, cards: int, say: Say) -> AsyncIterator[Crowd]:
    schema = f"crowd_{cards}"
    async with room(ground, schema) as db:
        mix = await gather(db, cards, say)
        await settle(db, schema)
        yield Crowd(schema, db, mix)


def _copy(pattern: Pattern, mix: Mix) -> Copy:
    """As many customers more of the same merchant, under numbers of their own."""
    shop, first = mix.shops[0], len(mix.holders)
    originals = mix.holders[:PATTERN]
    known = {str(id_).encode(): str(id_).encode() for id_ in shop}
    numbers = [f"{first + place:016d}" for place in range(PATTERN)]
    known |= {one.number.encode(): number.encode() for one, number in zip(originals, numbers, strict=True)}
    copy = Copy(pattern, shop.merchant, names_of(pattern, known, mix.new_id))
    mix.holders.extend(
        Holder(shop, copy.new(one.customer), number) for one, number in zip(originals, numbers, strict=True)
    )
    return copy


async def by_size(crowds: Sequence[Crowd]) -> list[tuple[float, float]]:
    """Microseconds a command, for merchants with more and more cards, measured by turns."""
    sizes = {one.schema: len(one.mix.holders) for one in crowds}
    taken: dict[str, list[float]] = {one.schema: [] for one in crowds}
    for one in crowds:
        await one.microseconds(2 * _COMMANDS)
    for _ in range(_ROUNDS):
        for one in crowds:
            taken[one.schema].append(await one.microseconds(_COMMANDS))
    return [(float(sizes[schema]), statistics.median(each)) for schema, each in taken.items()]


@asynccontextmanager
async def crowds(ground: Ground, sizes: Sequence[int], say: Say) -> AsyncIterator[list[Crowd]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(crowd(ground, cards, say)) for cards in sizes]
