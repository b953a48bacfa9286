"""The ledger at the sizes it is made for: mixed load, rebuild, cost among many cards, first pages.

Each on servers of its own, so that no table is in another one's way. ``STAMPBOOK_BENCH_EVENTS`` and ``STAMPBOOK_BENCH_CARDS``
make it smaller, for a quick run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench import crowds, lookups, mixed_rate, rebuild_rate
from tests.bench.filling import Extent
from tests.bench.ground import ground
from tests.bench.pairs import Pairs
from tests.bench.plot import svg
from tests.bench.results import Result

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "commands.svg"
Say = Callable[[str], None]
_EVENTS_FOR_THE_MIX = 3
"""A card: it is opened, and something happens on it that can be taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """*mixed*: cards under the mixed load; *rebuilt*: events of the rebuilt log; *crowd*: cards of one merchant at most."""

    mixed: int = 50_000
    commands: int = 8_192
    rebuilt: int = 1_000_000
    crowd: int = 1_000_000
    looks: int = 100
    pairs: int = 7

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Size:
        events, cards = (int(environ.get(f"STAMPBOOK_BENCH_{name}", 1_000_000)) for name in ("EVENTS", "CARDS"))
        return cls(rebuilt=events, crowd=cards, mixed=min(50_000, cards))

    @property
    def crowds(self) -> tuple[int, ...]:
        return (*(cards for cards in crowds.SIZES if cards < self.crowd), self.crowd)


async def measure(folder: Path, say: Say, size: Size | None = None) -> list[Result]:
    size = size or Size.of(os.environ)
    measured = [*await mixed(folder, size), *await rebuilt(folder, size, say)]
    results = [pairs.result for pairs in measured]
    return [*results, *await _crowded(folder, size, say)]


async def mixed(folder: Path, size: Size) -> list[Pairs]:
    async with (
        ground(folder / "mixed") as under,
        mixed_rate.mixed(under, Extent(_EVENTS_FOR_THE_MIX * size.mixed, size.mixed)) as one,
    ):
        return await mixed_rate.measure(one, size.commands, size.pairs)


async def rebuilt(folder: Path, size: Size, say: Say) -> list[Pairs]:
    async with ground(folder / "rebuilt") as under:
        return await rebuild_rate.measure(under, size.rebuilt, max(1, size.pairs // 3), say)


async def _crowded(folder: Path, size: Size, say: Say) -> list[Result]:
    async with ground(folder / "crowded") as under, crowds.crowds(under, size.crowds, say) as made:
        points = await crowds.by_size(made)
        PICTURE.write_text(svg("Microseconds for a command of the mixed load", "cards of the merchant", points))
        async with lookups.desk(under, made[-1]) as desk:
            looked = await lookups.measure(desk, size.looks, size.pairs)
    (few, cheapest), (many, dearest) = points[0], points[-1]
    name = f"ledger: a command among {many:,.0f} cards beside {few:,.0f}"
    return [Result(name, dearest, cheapest, "us"), *(pairs.result for pairs in looked)]
