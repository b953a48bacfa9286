"""Mails hold at 320 and 600 pixels, by day and by night, in a real browser."""

from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Literal

import pytest
import zxingcpp
from mail_samples import ALL_MAILS, DELIVERY, SENDER, Sort, draft, letter, rendered
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from notifier.mime import code_id, compose
from notifier.qr import png_of
from notifier.rendering import Templates
from stampbook_events.enrollment import Language
from stampbook_events.notifier import MailKind

TEMPLATES = Templates()
_OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  const beyond = [...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.right > wide + 0.5 || box.left < -0.5 || one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0;
  });
  return {page: document.documentElement.scrollWidth - wide, beyond: beyond.map(one => one.className || one.tagName)};
}"""
_CONTRASTS = """() => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = one => {
    const colour = numbers(getComputedStyle(one).backgroundColor);
    return colour.length === 4 && colour[3] === 0 ? ground(one.parentElement) : colour;
  };
  return [...document.querySelectorAll('.brand, .title, .text, .label, .value, .button, .link, .note')].map(one => {
    const [a, b] = [light(numbers(getComputedStyle(one).color)), light(ground(one))];
    return [one.className, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
  });
}"""


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    context = await chromium.new_context()
    yield await context.new_page()
    await context.close()


async def show(page: Page, html: str, width: int, scheme: Literal["light", "dark"] = "light") -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size({"width": width, "height": 900})
    await page.set_content(html)


@pytest.mark.parametrize(("kind", "language", "sort"), ALL_MAILS)
async def test_nothing_runs_over(page: Page, kind: MailKind, language: Language, sort: Sort) -> None:
    html = rendered(TEMPLATES, kind, language, sort).html
    for width in (320, 600):
        await show(page, html, width)
        assert await page.evaluate(_OVERFLOW) == {"page": 0, "beyond": []}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("sort", ["short", "long", "hostile"])
async def test_everything_can_be_read(page: Page, sort: Sort, scheme: Literal["light", "dark"]) -> None:
    await show(page, rendered(TEMPLATES, "enrollment", "lb", sort).html, 600, scheme)
    contrasts = await page.evaluate(_CONTRASTS)
    assert len(contrasts) >= 9
    assert [(name, round(ratio, 2)) for name, ratio in contrasts if ratio < 4.5] == []


async def test_targets_are_large_enough_for_a_thumb(page: Page) -> None:
    await show(page, rendered(TEMPLATES, "enrollment", "de").html, 320)
    boxes = [await button.bounding_box() for button in await page.locator(".button").all()]
    assert [box["height"] >= 44 for box in boxes if box is not None] == [True, True]


async def test_the_code_on_the_screen_leads_to_the_short_link(page: Page, tmp_path: Path) -> None:
    """The mail as a reader shows it: its picture in the place of the content id."""
    mine = letter("enrollment", "fr")
    assert mine.wallet_url is not None
    written = TEMPLATES.render(mine, code_id(DELIVERY, SENDER.domain))
    mail = message_from_bytes(compose(draft(written, "fr", await png_of(mine.wallet_url))).content, policy=default)
    (picture,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    (tmp_path / "code.png").write_bytes(picture.get_content())
    address = f"cid:{picture['Content-ID'].strip('<>')}"
    (tmp_path / "mail.html").write_text(written.html.replace(address, "code.png"))
    await page.goto(f"file://{tmp_path}/mail.html")
    await page.screenshot(path=tmp_path / "screen.png", full_page=True)
    codes = zxingcpp.read_barcodes(Image.open(tmp_path / "screen.png").convert("L"))
    assert [code.text for code in codes] == [mine.wallet_url]
