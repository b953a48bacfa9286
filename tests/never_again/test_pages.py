"""hard-coded-lang, literal-text, wrong-cta, browser-date, page-script-error, on a running Stampbook."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browsing import LANGUAGES, chromium, fill_join, page_of, send
from tests.platform import Platform

PATHS = ("/", "/join", "/terms", "/privacy")


@pytest_asyncio.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
async def test_lang_follows_the_page_and_not_the_server(platform: Platform, language: str, path: str) -> None:
    answer = await platform.doors.http.get(platform.doors.page("fashionhub", f"/{language}{path}"))
    assert f'<html lang="{language}"' in answer.text
    assert answer.headers["content-language"] == language


async def test_the_browsers_wish_decides_where_nothing_else_does(platform: Platform) -> None:
    for wish in LANGUAGES:
        url = platform.doors.page("fashionhub", "/")
        answer = await platform.doors.http.get(url, headers={"Accept-Language": f"{wish}-LU, en;q=0.1"})
        assert answer.headers["location"].endswith(f"/{wish}/")


@pytest.mark.parametrize("path", PATHS)
async def test_no_line_of_a_page_stays_the_same_in_two_languages(platform: Platform, path: str) -> None:
    """But for names and numbers: what is written for readers differs from language to language."""
    lines = {}
    for language in LANGUAGES:
        html = (await platform.doors.http.get(platform.doors.page("fashionhub", f"/{language}{path}"))).text
        body = re.sub(r"<(script|style|select|option|svg)\b.*?</\1>", " ", html[html.index("<body") :], flags=re.DOTALL)
        texts = {re.sub(r"\s+", " ", text).strip() for text in re.split(r"<[^>]+>", body)}
        lines[language] = {text for text in texts if len(text) > 24 and not text.startswith("http")}
    for one in LANGUAGES:
        for other in LANGUAGES:
            assert one == other or lines[one] & lines[other] == set()


async def test_a_store_without_catalog_does_not_send_you_shopping(platform: Platform) -> None:
    without = await platform.join(platform.new_address(), store="fashionhub", language="en")
    assert await _call_to_action(platform, "fashionhub", without.headers["location"]) == "Back to the home page"


async def test_a_store_with_catalog_does(platform: Platform) -> None:
    with_one = await platform.join(platform.new_address(), store="fashionoutlet", language="en")
    assert await _call_to_action(platform, "fashionoutlet", with_one.headers["location"]) == "Continue shopping"


async def _call_to_action(platform: Platform, store: str, path: str) -> str:
    html = (await platform.doors.http.get(platform.doors.page(store, path))).text
    found = re.search(r'<p class="actions">\s*<a [^>]*>(.*?)</a>', html, re.DOTALL)
    assert found is not None, html[-1500:]
    return re.sub(r"<[^>]+>|\s+", " ", found[1]).strip()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_day_is_three_fields_whatever_the_browser_speaks(
    platform: Platform, browser: Browser, language: str
) -> None:
    async with page_of(browser) as (page, _):
        await page.goto(platform.doors.page("fashionhub", f"/{language}/join"))
        assert await page.locator('input[type="date"]').count() == 0
        places = [await page.locator(f"#birthday_{part}").bounding_box() for part in ("day", "month", "year")]
        lefts = [place["x"] for place in places if place]
        assert len(lefts) == 3
        assert lefts == sorted(lefts)


async def test_the_last_of_december_is_that(platform: Platform, browser: Browser) -> None:
    email = platform.new_address()
    async with page_of(browser) as (page, troubles):
        await page.goto(platform.doors.page("fashionhub", "/en/join"))
        await fill_join(page, email)
        await send(page)
        assert troubles.seen == []
    card = await platform.card_of(email)
    assert card is not None
    assert card["person"]["birthday"] == "1990-12-31"
