"""Journey 1 in a real browser, in all four languages: nothing in red, nothing cut off, readable for everybody."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from stampbook_cli.journeys.doors import until
from tests.browsing import LANGUAGES, chromium, fill_join, page_of, send
from tests.platform import Platform

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
SUBJECTS = {
    "en": "Welcome to Fashion Group S.A. Loyalty!",
    "fr": "Bienvenue chez Fashion Group S.A. Loyalty !",
    "de": "Willkommen bei Fashion Group S.A. Loyalty!",
    "lb": "Wëllkomm bei Fashion Group S.A. Loyalty!",
}


@pytest_asyncio.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


async def must_be_accessible(page: Page) -> None:
    found = await Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()


async def must_fit(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_somebody_joins_in_their_language(platform: Platform, browser: Browser, language: str) -> None:
    email = platform.new_address()
    async with page_of(browser, width=320) as (page, troubles):
        for path in ("/", "/terms", "/privacy", "/join"):
            await page.goto(platform.doors.page("fashionhub", f"/{language}{path}"))
            assert await page.get_attribute("html", "lang") == language
            await must_be_accessible(page)
            await must_fit(page)
        await fill_join(page, email)
        await send(page)
        assert "/welcome/" in page.url
        await must_be_accessible(page)
        await must_fit(page)
        assert troubles.seen == []

    async def welcomed() -> str | None:
        return next((m["id"] for m in await platform.doors.mails_to(email) if m["subject"] == SUBJECTS[language]), None)

    await until(welcomed, within_seconds=15, what=f"the mail '{SUBJECTS[language]}'")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_card_in_the_mail_opens(platform: Platform, browser: Browser, language: str) -> None:
    email = platform.new_address()
    await platform.join(email, language=language)

    async def link() -> str | None:
        mails = [await platform.doors.mail(mail["id"]) for mail in await platform.doors.mails_to(email)]
        found = [re.search(r"http\S+/c/\S+", mail["text"]) for mail in mails]
        return next((one[0] for one in found if one), None)

    async with page_of(browser) as (page, troubles):
        await page.goto(await until(link, within_seconds=15, what="a card link"))
        assert await page.get_attribute("html", "lang") == language
        assert "50" in await page.inner_text("main")
        await must_be_accessible(page)
        assert troubles.seen == []


async def test_faults_are_at_their_fields_and_what_was_typed_is_kept(platform: Platform, browser: Browser) -> None:
    async with page_of(browser) as (page, troubles):
        troubles.expected = {422}
        await page.goto(platform.doors.page("fashionhub", "/fr/join"))
        await fill_join(page, "lea@")
        await page.fill("#birthday_day", "31")
        await page.fill("#birthday_month", "2")
        await send(page)
        assert await page.input_value("#email") == "lea@"
        assert "Cette date n'existe pas." in await page.inner_text("form")
        assert await page.get_attribute("#email", "aria-invalid") == "true"
        await must_be_accessible(page)
        assert troubles.seen == []


async def test_the_form_works_without_script_and_in_the_dark(platform: Platform, browser: Browser) -> None:
    async with page_of(browser, java_script_enabled=False, color_scheme="dark") as (page, _):
        await page.goto(platform.doors.page("fashionhub", "/de/join"))
        await fill_join(page, platform.new_address())
        await send(page)
        assert "/welcome/" in page.url
