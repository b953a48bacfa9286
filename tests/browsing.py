"""A real Chromium that walks a running Stampbook's pages and notes everything that goes wrong in it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Page, Request, Response, async_playwright

from stampbook_cli.seeding.demo_data import TERMS_VERSION

LANGUAGES = ("en", "fr", "de", "lb")
# The page says how days are written in its language; the browser's own language must not matter.
_OTHER_LANGUAGE: dict[str, str | float | bool] = {"HOME": "/tmp", "LANGUAGE": "en_US"}


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"], env=_OTHER_LANGUAGE)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Troubles:
    """Console errors, script errors and failed requests of one page; a status a test expects is let pass."""

    seen: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append(f"script: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        of_a_status = "the server responded with a status of" in message.text
        if message.type in {"error", "warning"} and not (of_a_status and self.expected):
            self.seen.append(f"console {message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        self.seen.append(f"failed: {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.seen.append(f"{response.status}: {response.url}")


@asynccontextmanager
async def page_of(browser: Browser, width: int = 390, **settings: Any) -> AsyncIterator[tuple[Page, Troubles]]:
    """A fresh visitor with one page; what went wrong in it is in the second part."""
    context = await browser.new_context(viewport={"width": width, "height": 844}, locale="en-US", **settings)
    page = await context.new_page()
    troubles = Troubles()
    troubles.watch(page)
    try:
        yield page, troubles
    finally:
        await context.close()


async def fill_join(page: Page, email: str) -> None:
    """As a person would: every field by its name on the page, the birthday part by part."""
    await page.fill("#first_name", "Léa")
    await page.fill("#surname", "Wagner")
    await page.fill("#email", email)
    await page.fill("#phone", "621 123 456")
    await page.fill("#birthday_day", "31")
    await page.fill("#birthday_month", "12")
    await page.fill("#birthday_year", "1990")
    await page.check(f'input[name="terms"][value="{TERMS_VERSION}"]')


async def send(page: Page) -> None:
    async with page.expect_navigation():
        await page.click('button[type="submit"]')
