"""The demo: a Stampbook that is up gets its merchants and walks the first journey."""

from __future__ import annotations

from stampbook_cli.embedded.attached import attach
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.journeys.doors import client
from stampbook_cli.journeys.walk import Walk
from stampbook_cli.journeys.walking import FAILED, walk_one
from stampbook_cli.seeding.keys import keep_keys
from stampbook_cli.seeding.seed import SeedRefused, seed


async def seed_and_walk(directory: DataDirectory, walk: Walk) -> None:
    """Both parts as steps of *walk*; a failure is in its steps, not raised."""
    try:
        async with client() as http, walk.step("three merchants with their stores are set up over the API") as step:
            counted = await seed(http, attach(directory), keep_keys(directory))
            step.proof = ", ".join(f"{number} {what}" for what, number in counted.items())
    except (SeedRefused, *FAILED):
        return
    await walk_one(directory, 1, walk)
