"""The pages in a real Chromium under the real policy: accessible, quiet, whole at 320 px, usable without script."""

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from gateway.pages.draft import Draft
from gateway.pages.errors import FieldError
from gateway.pages.locale import LANGUAGES, Language
from gateway.pages.place import Place
from gateway.pages.render import Pages
from gateway.pages.settings import CardView, JoinSettings, StoreView, TicketView

AXE = Axe()
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
ERRORS = [
    FieldError("first_name", "name_not_allowed"),
    FieldError("email", "email_invalid"),
    FieldError("birthday", "birthday_not_a_leap_year"),
    FieldError("terms", "terms_missing"),
    FieldError("form", "unavailable"),
]
SENT = {"first_name": "=?UTF-8?Q?a?=", "email": "anna@", "birthday_day": "29", "birthday_month": "2"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"], env={"LANGUAGE": "fr", "HOME": "/tmp"}
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def origin(
    serve,
    pages: Pages,
    fashionhub: StoreView,
    fashionoutlet: StoreView,
    bookworld: StoreView,
    everything_asked: JoinSettings,
) -> str:
    drawn: dict[str, str] = {}
    address = serve({})
    for language in LANGUAGES:
        for store in (fashionhub, fashionoutlet, bookworld):
            drawn |= draw(pages, store, language, address, everything_asked)
    return serve(drawn)


def draw(pages: Pages, store: StoreView, language: Language, origin: str, asked: JoinSettings) -> dict[str, str]:
    def at(path: str | None) -> Place:
        return Place(language=language, origin=origin, path=path)

    valid_until = datetime(2026, 3, 21, 14, 5, tzinfo=ZoneInfo("Europe/Luxembourg"))
    card = CardView(number="4029188375520614", points=219, stamps=3, stamp_target=10, wallet_url="/w/x")
    fresh = Draft(form_token="t", idempotency_key="k")
    sent = Draft(form_token="t", idempotency_key="k", values=SENT)
    drawn = {
        "home": pages.home(store, at("/")),
        "join": pages.join(store, at("/join"), asked, fresh),
        "wrong": pages.join(store, at("/join"), asked, sent, ERRORS),
        "welcome": pages.welcome(store, at("/welcome/x"), TicketView(code="T7K3M9QX2VHR", valid_until=valid_until)),
        "card": pages.card(store, at("/c/x"), card),
        "terms": pages.terms(store, at("/terms"), asked),
        "privacy": pages.privacy(store, at("/privacy"), asked),
        "closed": pages.closed(store, at("/join")),
        "lost": pages.error(at(None), 404, "01JC3Z7Q", store),
        "down": pages.error(at(None), 503, "01JC3Z7Q"),
    }
    return {f"/{store.subdomain}/{language}/{name}": html for name, html in drawn.items()}


PAGES = ("home", "join", "wrong", "welcome", "card", "terms", "privacy", "closed", "lost", "down")


@pytest.fixture
def noises() -> list[str]:
    return []


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, noises: list[str], request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme=request.param)
    page = context.new_page()
    page.on("console", lambda message: noises.append(message.text))
    page.on("pageerror", lambda error: noises.append(str(error)))
    page.on("requestfailed", lambda failed: noises.append(failed.url))
    page.on("response", lambda answer: noises.append(answer.url) if answer.status >= 400 else None)
    yield page
    context.close()


@pytest.mark.parametrize(
    ("store", "language"),
    [*(("fashionhub", language) for language in LANGUAGES), ("fashionoutlet", "fr"), ("bookworld", "lb")],
)
def test_pages_are_accessible_quiet_and_whole_at_320_px(
    page: Page, origin: str, noises: list[str], store: str, language: Language
) -> None:
    for name in PAGES if store == "fashionhub" else ("home", "wrong", "card"):
        page.goto(f"{origin}/{store}/{language}/{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        report = AXE.run(page, options=WCAG)
        assert report.violations_count == 0, f"{name}\n{report.generate_report()}"
    assert noises == []


def test_the_error_summary_has_the_focus_and_leads_to_the_field(page: Page, origin: str, noises: list[str]) -> None:
    page.goto(f"{origin}/fashionhub/fr/wrong")
    page.wait_for_function("document.activeElement.id === 'errors'")
    page.click("a[href='#birthday_day']")
    assert page.evaluate("document.activeElement.name") == "birthday_day"
    assert noises == []


def test_targets_are_large_enough_for_a_finger(page: Page, origin: str) -> None:
    for name in ("home", "join", "wrong", "welcome"):
        page.goto(f"{origin}/fashionhub/de/{name}")
        heights = page.eval_on_selector_all(
            ".button, .input, .menu a, .brand, summary, .choice-row label, .footer a",
            "all => all.map(each => each.getBoundingClientRect().height)",
        )
        assert min(heights) >= 44


def test_the_ticket_s_code_is_large_enough_for_a_scanner(page: Page, origin: str) -> None:
    page.goto(f"{origin}/fashionhub/fr/welcome")
    box = page.locator("svg.qr").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 220


def test_the_keyboard_walks_the_form_in_order(page: Page, origin: str) -> None:
    page.goto(f"{origin}/fashionhub/lb/join")
    page.focus("#first_name")
    walked = []
    for _ in range(9):
        walked.append(page.evaluate("document.activeElement.name || document.activeElement.type"))
        page.keyboard.press("Tab")
    birthday = ["birthday_day", "birthday_month", "birthday_year"]
    assert walked == ["first_name", "surname", "email", "phone", *birthday, "terms", ""]


def test_the_language_can_be_changed_by_keyboard_to_each_own_name(page: Page, origin: str) -> None:
    page.goto(f"{origin}/fashionhub/fr/home")
    page.focus(".languages summary")
    page.keyboard.press("Enter")
    names = page.locator(".languages li a")
    assert names.all_inner_texts() == ["English", "Français", "Deutsch", "Lëtzebuergesch"]
    assert all(
        box and box["x"] >= 0 and box["x"] + box["width"] <= 320
        for box in (name.bounding_box() for name in names.all())
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_without_script_the_form_is_still_a_plain_post(browser: Browser, origin: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{origin}/fashionhub/en/join")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    page.fill("#email", "anna@bücher.example")
    page.click("button[type=submit]")
    context.close()
    assert re.search(r"form_token=t&idempotency_key=k&contact_reason=&.*email=anna%40b%C3%BCcher.example", sent[0])


def test_a_second_tap_sends_nothing(page: Page, origin: str) -> None:
    page.goto(f"{origin}/fashionhub/en/join")
    prevented = page.evaluate("""() => {
        const form = document.querySelector("form");
        const tap = () => form.dispatchEvent(new SubmitEvent("submit", { cancelable: true }));
        return [!tap(), !tap()];
    }""")
    assert prevented == [False, True]


def test_each_page_is_light(origin: str, pages: Pages, fashionhub: StoreView, everything_asked: JoinSettings) -> None:
    drawn = [html for lang in LANGUAGES for html in draw(pages, fashionhub, lang, origin, everything_asked).values()]
    assert max(len(html.encode()) for html in drawn) < 60_000


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nothing_shifts_while_a_page_loads(browser: Browser, origin: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => window.shift += entry.value))"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    for name in ("home", "join", "wrong", "welcome"):
        page.goto(f"{origin}/fashionhub/fr/{name}")
        assert page.evaluate("window.shift") < 0.05, name
    context.close()
