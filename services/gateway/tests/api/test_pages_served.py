"""What a store's host name serves."""

import re

import places
import pytest
from visitors import visitor_of
from worlds import FakeWorld

from gateway.pages.assets import CONTENT_SECURITY_POLICY
from gateway.questions import (
    CardLink,
    CardLinkTarget,
    KnownStore,
    Program,
    SaveLink,
    SaveTarget,
)
from stampbook_events import Actor
from stampbook_events.enrollment import ConfirmEmail, MerchantRegistered
from stampbook_events.ledger import Rate
from stampbook_messaging.bus import BusUnavailable


@pytest.mark.parametrize("language", ["en", "fr", "de", "lb"])
@pytest.mark.parametrize("path", ["", "/join", "/terms", "/privacy"])
async def test_a_page_is_in_the_language_of_its_address(shop, language: str, path: str) -> None:
    answer = await shop.get(f"/{language}{path or '/'}")
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["Content-Language"] == language
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({}, "fr"),
        ({"Accept-Language": "de-LU,de;q=0.9"}, "de"),
        ({"Accept-Language": "pt"}, "fr"),
        ({"Accept-Language": "de", "Cookie": "lang=lb"}, "lb"),
        ({"Cookie": "lang=xx"}, "fr"),
    ],
)
async def test_without_a_language_the_way_leads_to_the_readers_own(
    shop, headers: dict[str, str], language: str
) -> None:
    answer = await shop.get("/", headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/{language}/")
    assert "Accept-Language" in answer.headers["Vary"]


async def test_a_page_without_a_language_is_found_too(shop) -> None:
    assert (await shop.get("/join", headers={"Accept-Language": "de"})).headers["Location"] == "/de/join"


async def test_the_language_is_remembered(shop) -> None:
    cookie = (await shop.get("/de/")).headers["Set-Cookie"]
    assert "lang=de" in cookie
    assert {"httponly", "samesite=lax"} <= {part.strip().lower() for part in cookie.split(";")}
    assert "Set-Cookie" not in (await shop.get("/de/")).headers


async def test_what_the_program_gives_stands_on_the_home_page(shop) -> None:
    text = (await shop.get("/en/")).text
    assert "2 points" in text
    assert "50 points" in text
    assert "10 stamps" in text


async def test_a_changed_program_is_shown_at_once(shop, world: FakeWorld) -> None:
    changed = Program(
        merchant=places.FASHION,
        program_id=places.PROGRAM,
        names={"en": "L"},
        rates={"EUR": Rate(points=7, per_minor=100)},
        welcome_points=0,
        stamp_target=None,
    )
    world.map.learn(places.FASHION, changed)
    assert "7 points" in (await shop.get("/en/")).text


async def test_a_file_with_its_digest_is_kept_for_ever(shop) -> None:
    address = re.search(r'href="(/static/stampbook\.css\?v=\w+)"', (await shop.get("/en/")).text)
    assert address is not None
    answer = await shop.get(address[1])
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    again = await shop.get(address[1], headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_logo_of_passes_is_a_picture(api) -> None:
    answer = await api.get("/static/pass-logo.png")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert int.from_bytes(answer.content[16:20], "big") == int.from_bytes(answer.content[20:24], "big") == 660


@pytest.mark.parametrize(("file", "kind"), [("8a2b4f.css", "text/css; charset=utf-8"), ("8a2b4f.svg", "image/svg+xml")])
async def test_a_stores_colour_is_served(shop, file: str, kind: str) -> None:
    assert (await shop.get(f"/theme/{file}")).headers["Content-Type"] == kind


@pytest.mark.parametrize(
    "path",
    [
        "/theme/xyz.css",
        "/theme/8A2B4F.css",
        "/static/../settings.py",
        "/static/none.css",
        "/xx/",
        "/fr/nothing",
        "/v1/cards",
    ],
)
async def test_what_is_not_there_is_a_page_in_words(shop, path: str) -> None:
    answer = await shop.get(path, headers={"Accept-Language": "de"})
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["X-Request-Id"] in answer.text


async def test_a_store_that_does_not_exist_is_not_found(settings, world: FakeWorld) -> None:
    async with visitor_of(settings, world, "http://nobody.localhost:8080") as client:
        assert (await client.get("/fr/join")).status_code == 404


async def test_a_store_that_just_opened_is_asked_for(settings, world: FakeWorld) -> None:
    new = places.store(places.CARD, subdomain="brandnew")
    merchant = MerchantRegistered(merchant_id=places.FASHION, name="Fashion Group S.A.", state="active")
    world.queries.answers["enrollment", "store_by_host"] = KnownStore(merchant=merchant, store=new, form=places.form())
    async with visitor_of(settings, world, "http://brandnew.localhost:8080") as client:
        assert (await client.get("/fr/join")).status_code == 200
        assert (await client.get("/fr/")).status_code == 200
    assert len(world.queries.questions("store_by_host")) == 1


async def test_when_nobody_can_be_asked_the_page_says_so(settings, world: FakeWorld) -> None:
    world.queries.silent = {"enrollment"}
    async with visitor_of(settings, world, "http://brandnew.localhost:8080") as client:
        answer = await client.get("/fr/join")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def held(
    world: FakeWorld, *, save_url: str | None = "https://pay.google.com/gp/v/save/x", confirmed: bool = True
) -> None:
    world.queries.answers |= {
        ("enrollment", "card_link_target"): CardLinkTarget(
            merchant=places.FASHION,
            customer_id=places.CUSTOMER,
            card_id=places.CARD,
            store_ids=[places.OUTLET, places.HUB],
            confirmed=confirmed,
        ),
        ("enrollment", "card_link"): CardLink(token="the-token"),
        ("ledger", "card"): places.card(),
        ("wallet", "save_link"): SaveLink(available=True, url_path="/w/short"),
        ("wallet", "save_target"): SaveTarget(merchant=places.FASHION, card_id=places.CARD, save_url=save_url),
    }


async def test_who_opens_the_link_of_the_mail_confirms_the_address(shop, world: FakeWorld) -> None:
    held(world, confirmed=False)
    for _ in range(2):
        assert (await shop.get("/en/c/the-token")).status_code == 200
    assert world.bus.commands(ConfirmEmail) == [ConfirmEmail(customer_id=places.CUSTOMER)]
    assert world.bus.last.merchant == places.FASHION
    assert world.bus.last.rest["actor"] == Actor(kind="customer", id=str(places.CUSTOMER))


async def test_what_is_confirmed_already_is_not_told_again(shop, world: FakeWorld) -> None:
    held(world, confirmed=True)
    assert (await shop.get("/en/c/the-token")).status_code == 200
    assert world.bus.stored == []


async def test_the_card_is_shown_also_while_nothing_can_be_stored(shop, world: FakeWorld) -> None:
    held(world, confirmed=False)
    world.bus.trouble = [BusUnavailable("away")]
    assert (await shop.get("/en/c/the-token")).status_code == 200
    assert world.bus.stored == []


async def test_the_card_link_leads_to_the_card_in_the_readers_language(shop, world: FakeWorld) -> None:
    held(world)
    answer = await shop.get("/c/the-token", headers={"Accept-Language": "lb"})
    assert answer.headers["Location"] == "http://fashionhub.localhost:8080/lb/c/the-token"
    page = await shop.get("/lb/c/the-token")
    assert "4029 1883 7552 0614" in page.text
    assert 'href="/w/short"' in page.text
    assert page.headers["Cache-Control"] == "no-store"


async def test_on_the_platforms_own_host_it_leads_to_the_first_store(api, world: FakeWorld) -> None:
    held(world)
    answer = await api.get("/c/the-token")
    assert answer.headers["Location"] == "http://fashionoutlet.localhost:8080/fr/c/the-token"


async def test_looking_often_at_a_card_makes_one_wallet_link(shop, world: FakeWorld) -> None:
    held(world)
    for _ in range(3):
        await shop.get("/fr/c/the-token")
    assert len(world.queries.questions("save_link")) == 1


async def test_a_silent_wallet_leaves_the_button_out(shop, world: FakeWorld) -> None:
    held(world)
    world.queries.silent = {"wallet"}
    answer = await shop.get("/fr/c/the-token")
    assert answer.status_code == 200
    assert "/w/" not in answer.text


async def test_a_card_of_another_merchant_is_not_shown_here(settings, world: FakeWorld) -> None:
    held(world)
    async with visitor_of(settings, world, "http://bookworld.localhost:8080") as client:
        assert (await client.get("/fr/c/the-token")).status_code == 404


async def test_the_short_link_leads_to_the_wallet(shop, world: FakeWorld) -> None:
    held(world)
    answer = await shop.get("/w/short")
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://pay.google.com/gp/v/save/x")


async def test_while_no_pass_can_be_saved_it_leads_to_the_card(shop, world: FakeWorld) -> None:
    held(world, save_url=None)
    assert (await shop.get("/w/short")).headers["Location"] == "http://fashionhub.localhost:8080/c/the-token"


@pytest.mark.parametrize("path", ["/w/wrong", "/c/wrong", "/fr/c/wrong", "/fr/welcome/WRONG", "/w/" + "x" * 300])
async def test_a_link_nobody_gave_out_is_not_found(api, shop, path: str) -> None:
    if path != "/c/wrong":
        assert (await shop.get(path)).status_code == 404
    assert (await api.get(path)).status_code == 404


async def test_guessing_links_ends_soon(shop) -> None:
    codes = [(await shop.get(f"/w/guess-{n}")).status_code for n in range(21)]
    assert codes == [404] * 20 + [429]
