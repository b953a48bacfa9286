"""The journeys there are, and how one or several of them are walked against what is up and seeded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import httpx

from stampbook_cli.embedded.attached import attach
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.journeys.customer import Customer
from stampbook_cli.journeys.doors import Doors, client
from stampbook_cli.journeys.event_stream import listening
from stampbook_cli.journeys.fifth import FifthJourney
from stampbook_cli.journeys.first import FirstJourney
from stampbook_cli.journeys.fourth import FourthJourney
from stampbook_cli.journeys.third import ThirdJourney
from stampbook_cli.journeys.walk import NotAsPromised, Walk
from stampbook_cli.seeding.keys import keep_keys

ABOUT: Mapping[int, str] = {
    1: "somebody joins on a storefront, and everything that follows",
    3: "stamps to a free reward",
    4: "points: earned, reserved, redeemed; takes more than a minute, for a reservation lapses by the clock",
    5: "void and refund",
}
FAILED = (NotAsPromised, httpx.HTTPError, TimeoutError, ConnectionError)


class Journey(Protocol):
    async def run(self) -> None: ...


async def walk_journeys(directory: DataDirectory, numbers: Sequence[int], say: Callable[[str], None]) -> dict[str, Any]:
    """One after the other; ``{ok, journeys: [{journey, about, ok, steps}]}``."""
    documents = []
    for number in numbers:
        say(f"Journey {number}: {ABOUT[number]}")
        walk = Walk(say)
        await walk_one(directory, number, walk)
        documents.append({"journey": number, "about": ABOUT[number], **walk.document()})
    return {"ok": bool(documents) and all(one["ok"] for one in documents), "journeys": documents}


async def walk_one(directory: DataDirectory, number: int, walk: Walk) -> None:
    """A failure is in the steps of *walk*, not raised."""
    try:
        async with _journey(directory, number, walk) as journey:
            await journey.run()
    except FAILED:
        return


@asynccontextmanager
async def _journey(directory: DataDirectory, number: int, walk: Walk) -> AsyncIterator[Journey]:
    attached, keys = attach(directory), keep_keys(directory)
    async with client() as http:
        doors = Doors(http, attached.urls)
        if number == 1:
            traces = directory.traces if any(directory.traces.glob("*.jsonl")) else None
            yield FirstJourney(doors=doors, keys=keys, walk=walk, traces=traces)
            return
        async with listening(attached) as events:
            yield _LATER[number](Customer(doors, keys, walk, events), walk)


_LATER: Mapping[int, Callable[[Customer, Walk], Journey]] = {3: ThirdJourney, 4: FourthJourney, 5: FifthJourney}
