"""A ledger with a mixed load in it: a few merchants are decided command by command, the others are copies of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tests.bench.applying import Applier, by, open_stores
from tests.bench.copying import Copier, Copy
from tests.bench.mix import Earned, Holder, Mix, Shop
from tests.bench.patterns import Pattern, names_of, pattern_of

Db = Any
Say = Callable[[str], None]
MERCHANTS, EVENTS_A_CARD = 200, 20
PATTERNS = 4
"""So many merchants are decided."""
_BATCH = 1000
_OPENING = 2
"""Events that open a card: the card and its welcome bonus."""
_EVENTS_A_COMMAND = 1.057
"""Of the mixed load: some stamps complete a card, some purchases bring the reward within reach."""


def _unheard(line: str) -> None:
    """Whoever does not want to hear how far it is."""


@dataclass(frozen=True, slots=True)
class Extent:
    """*events* and *cards* of all *merchants* together, about; the first event was recorded *days* ago."""

    events: int
    cards: int
    merchants: int = MERCHANTS
    days: float = 1.0
    seed: int = 1


class Filled(NamedTuple):
    """*mix* goes on with the cards that there are."""

    mix: Mix
    events: int
    seconds: float


async def fill(db: Db, extent: Extent, say: Say = _unheard) -> Filled:
    """The tables have to be empty. The connection may lose in a crash what it wrote last."""
    began = time.perf_counter()
    await db.execute("SET synchronous_commit TO off")
    acting = min(PATTERNS, extent.merchants)
    share = acting / extent.merchants
    mix = Mix(extent.merchants, max(acting, round(extent.cards * share)), extent.seed, acting, aged=300)
    await open_stores(db, mix.shops)
    decided = await _decide(db, mix, round(extent.events * share), extent, say)
    patterns = {shop: await pattern_of(db, shop.merchant) for shop in mix.shops[:acting]}
    copies = []
    for number, shop in enumerate(mix.shops[acting:]):
        like = mix.shops[number % acting]
        copies.append((like, shop, _copy(patterns[like], mix, like, shop)))
    copier = Copier(db)
    await copier.write([copy for _, _, copy in copies], lambda events: say(f"{decided + events:,} events"))
    _adopt(mix, copies)
    mix.aged = Mix(0, 0).aged
    await db.execute("ANALYZE")
    return Filled(mix, decided + copier.events, time.perf_counter() - began)


async def _decide(db: Db, mix: Mix, events: int, extent: Extent, say: Say) -> int:
    """What all merchants set up, and what happens on the cards of the first of them."""
    mixed = max(0, round((events - _OPENING * mix.cards) / _EVENTS_A_COMMAND))
    span = timedelta(days=extent.days)
    applier = Applier(db, datetime.now(UTC) - span, span * 0.99 / (2 * mix.merchants + mix.cards + mixed))
    await applier.begin()
    for commands in (mix.setup(), mix.openings(), mix.commands(mixed)):
        for batch in by(_BATCH, commands):
            await applier.apply(batch)
            say(f"{applier.events:,} events")
    await applier.end()
    return applier.events


def _copy(pattern: Pattern, mix: Mix, like: Shop, shop: Shop) -> Copy:
    """Card numbers and receipts are a merchant's own: they may be the same ones."""
    known = {str(old).encode(): str(new).encode() for old, new in zip(like, shop, strict=True)}
    known |= {token: token for token in pattern.slots.of if len(token) == len(mix.holders[0].number)}
    return Copy(pattern, shop.merchant, names_of(pattern, known, mix.new_id))


def _adopt(mix: Mix, copies: list[tuple[Shop, Shop, Copy]]) -> None:
    """The mix knows the copied cards as it knows its own."""
    holders, earned = list(mix.holders), list(mix.earned)
    for like, shop, copy in copies:
        known: dict[str, Holder] = {}
        for one in holders:
            if one.shop is like:
                customer = copy.new(one.customer)
                known[one.number] = Holder(shop, customer, one.number, one.points)
        mix.holders.extend(known.values())
        mix.earned.extend(
            Earned(copy.new(one.operation), known[one.holder.number], one.receipt)
            for one in earned
            if one.holder.shop is like
        )
