"""``make screenshots``: the pictures of docs/pages.md, from a running Stampbook in a real browser."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page

from stampbook_cli.embedded.attached import attach
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.stack import stack
from stampbook_cli.journeys.doors import Doors, client, until
from stampbook_cli.seeding.keys import keep_keys
from stampbook_cli.seeding.seed import seed
from tests.browsing import LANGUAGES, chromium, fill_join, page_of, send

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
COLOURS = 128


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        directory = DataDirectory(Path(folder) / "data")
        async with stack(directory) as running, client() as http, chromium() as browser:
            attached = attach(directory)
            await seed(http, attached, keep_keys(directory))
            for language in LANGUAGES:
                await _walk(browser, Doors(http, running.urls), language)
    print(f"pictures are in {PICTURES}", file=sys.stderr)


async def _walk(browser: Browser, doors: Doors, language: str) -> None:
    email = f"lea.{language}@reise.test"
    async with page_of(browser) as (page, _):
        await page.goto(doors.page("fashionhub", f"/{language}/"))
        await _take(page, f"home-{language}")
        await page.goto(doors.page("fashionhub", f"/{language}/join"))
        await _take(page, f"join-{language}")
        await send(page)
        await _take(page, f"faults-{language}")
        await page.goto(doors.page("fashionhub", f"/{language}/join"))
        await fill_join(page, email)
        await send(page)
        await _take(page, f"welcome-{language}")

        async def mails() -> list[dict[str, str]] | None:
            found = await doors.mails_to(email)
            return found if len(found) >= 2 else None

        found = [await doors.mail(mail["id"]) for mail in await until(mails, within_seconds=15, what="both mails")]
        welcome = next(mail for mail in found if "/c/" in mail["text"] and mail["attachments"])
        await page.goto(re.findall(r"http\S+/c/\S+", welcome["text"])[0])
        await _take(page, f"card-{language}")
    async with page_of(browser, width=600) as (page, _):
        await page.goto(f"{doors.urls['inbox']}/messages/{welcome['id']}/html")
        await _take(page, f"mail-{language}")


async def _take(page: Page, name: str) -> None:
    """Few colours keep the pictures small: they are kept with the sources."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    await page.screenshot(path=path, full_page=True)
    with Image.open(path) as image:
        image.convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    asyncio.run(main())
