"""The demo: a Stampbook that is up gets its merchants and walks the first journey."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from stampbook_cli.embedded.attached import Attached, attach
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.journeys.doors import Doors, client
from stampbook_cli.journeys.first import FirstJourney
from stampbook_cli.journeys.walk import NotAsPromised, Walk
from stampbook_cli.seeding.keys import keep_keys
from stampbook_cli.seeding.seed import SeedRefused, seed

JOURNEYS = {1: "somebody joins on a storefront, and everything that follows"}
_FAILED = (NotAsPromised, SeedRefused, httpx.HTTPError, TimeoutError)


async def seed_and_walk(directory: DataDirectory, walk: Walk) -> None:
    """Both parts as steps of *walk*; a failure is in its steps, not raised."""
    attached = attach(directory)
    try:
        async with client() as http:
            async with walk.step("three merchants with their stores are set up over the API") as step:
                counted = await seed(http, attached, keep_keys(directory))
                step.proof = ", ".join(f"{number} {what}" for what, number in counted.items())
            await _walk_first(directory, attached, http, walk)
    except _FAILED:
        return


async def walk_journey(directory: DataDirectory, say: Callable[[str], None]) -> dict[str, Any]:
    """Journey 1 alone, against what is up and seeded; returns its document."""
    walk = Walk(say)
    try:
        async with client() as http:
            await _walk_first(directory, attach(directory), http, walk)
    except _FAILED:
        return walk.document()
    return walk.document()


async def _walk_first(directory: DataDirectory, attached: Attached, http: httpx.AsyncClient, walk: Walk) -> None:
    traces = directory.traces if any(directory.traces.glob("*.jsonl")) else None
    journey = FirstJourney(doors=Doors(http, attached.urls), keys=keep_keys(directory), walk=walk, traces=traces)
    await journey.run()
