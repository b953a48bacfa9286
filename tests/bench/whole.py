"""The whole Stampbook: the till's answer, the customer's mails, the start, the memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from stampbook_cli.embedded.attached import attach
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.stack import stack
from stampbook_cli.journeys.doors import Doors, client
from stampbook_cli.seeding.keys import keep_keys
from stampbook_cli.seeding.seed import seed
from tests.bench import footprint, mails, taps
from tests.bench.results import Result
from tests.platform import Platform

_MANY = httpx.Limits(max_connections=200, max_keepalive_connections=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    taps: int
    joins: int
    starts: int


async def measure(folder: Path, extent: Extent, say: Callable[[str], None]) -> list[Result]:
    directory = DataDirectory(folder / "data")
    start = await footprint.start(directory, folder / "bare", extent.starts)
    say("starts: measured")
    async with stack(directory) as running, client(limits=_MANY) as http:
        attached, keys = attach(directory), keep_keys(directory)
        await seed(http, attached, keys)
        platform = Platform(directory, running, attached, Doors(http, attached.urls), keys)
        joining, addresses = await mails.measure(platform, extent.joins)
        say("joins: measured")
        tapping = await taps.measure(platform, addresses, extent.taps)
        say("taps: measured")
        memory = footprint.memory(running)
    return [*tapping, joining, start, memory]
