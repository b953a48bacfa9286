"""The join page: one answer for all, errors at the field, and nothing lost."""

import re
from html import unescape
from urllib.parse import urlencode

import places
import pytest
from worlds import FakeWorld, applied, refused

from gateway.questions import TicketTarget
from stampbook_events.enrollment import EnrollCustomer, Personal
from stampbook_messaging.bus import BusUnavailable


@pytest.fixture(autouse=True)
def enrollment_decides(world: FakeWorld) -> None:
    world.bus.decide = lambda _: applied(customer_id="x", known=False)


async def test_a_join_becomes_a_sealed_command_and_leads_to_the_ticket(shop, fill, world: FakeWorld) -> None:
    answer = await shop.post("/fr/join", data=await fill())
    assert answer.status_code == 303
    command: EnrollCustomer = world.bus.last.command
    sealed = world.sealer.opened(command.personal, Personal)
    assert answer.headers["Location"] == f"/fr/welcome/{sealed.ticket}"
    assert (sealed.email, sealed.phone, sealed.birthday) == ("amelie.weber@reise.test", "+352621123456", "1992-02-29")
    assert (command.store_id, command.language, command.marketing) == (places.HUB, "fr", False)


async def test_the_visitor_is_nobody_in_particular(shop, fill, world: FakeWorld) -> None:
    await shop.post("/fr/join", data=await fill())
    assert world.bus.last.rest["actor"].kind == "anonymous"
    assert world.bus.last.merchant == places.FASHION


async def test_new_and_known_get_the_same_answer(shop, fill, world: FakeWorld) -> None:
    answers = []
    for known in (False, True):
        world.bus.decide = lambda _, known=known: applied(customer_id="x", known=known)
        sent = await fill(email=f"{known}@reise.test")
        world.clock.slept.clear()
        answer = await shop.post("/fr/join", data=sent)
        answers.append(
            (answer.status_code, answer.text, re.sub(r"\w+$", "", answer.headers["Location"]), list(world.clock.slept))
        )
    assert answers[0] == answers[1]


async def test_no_answer_comes_sooner_than_the_floor(shop, fill, world: FakeWorld) -> None:
    sent = await fill()
    world.clock.pass_by(60)
    began = world.clock.now()
    await shop.post("/fr/join", data=sent)
    assert (world.clock.now() - began).total_seconds() >= 0.3


async def test_who_is_quicker_than_a_person_waits_and_is_not_refused(shop, fill, world: FakeWorld) -> None:
    sent = await fill()
    began = world.clock.now()
    answer = await shop.post("/fr/join", data=sent)
    assert answer.status_code == 303
    assert (world.clock.now() - began).total_seconds() >= 0.6


async def test_a_form_sent_twice_is_one_join_with_one_ticket(shop, fill, world: FakeWorld) -> None:
    sent = await fill()
    places_led_to = {(await shop.post("/fr/join", data=sent)).headers["Location"] for _ in range(2)}
    assert len(places_led_to) == 1
    assert len(world.bus.stored) == 1


async def test_the_same_form_for_somebody_else_is_another_join(shop, fill, world: FakeWorld) -> None:
    sent = await fill()
    first = await shop.post("/fr/join", data=sent)
    other = await shop.post("/fr/join", data={**sent, "email": "paul@reise.test"})
    assert other.status_code == 303
    assert other.headers["Location"] != first.headers["Location"]
    assert len(world.bus.stored) == 2


async def test_what_is_wrong_is_said_at_its_field_with_the_input_kept(shop, fill, world: FakeWorld) -> None:
    answer = await shop.post("/de/join", data=await fill("de", email="anna@", birthday_year="2025"))
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert 'value="anna@"' in answer.text
    assert 'value="Amélie"' in answer.text
    assert '<html lang="de">' in answer.text
    assert world.bus.stored == []


async def test_a_refused_field_is_shown_with_a_form_that_can_be_sent_again(shop, fill, world: FakeWorld) -> None:
    world.bus.decide = lambda _: refused("below_minimum_age")
    sent = await fill()
    answer = await shop.post("/fr/join", data=sent)
    assert answer.status_code == 422
    assert 'id="birthday-error"' in answer.text
    assert sent["form_token"] not in answer.text


@pytest.mark.parametrize("code", ["not_open_for_joining", "store_unknown"])
async def test_a_store_that_has_just_closed_says_so(shop, fill, world: FakeWorld, code: str) -> None:
    world.bus.decide = lambda _: refused(code)
    answer = await shop.post("/en/join", data=await fill("en"))
    assert answer.status_code == 409
    assert "<form" not in answer.text


async def test_when_the_bus_is_down_the_input_is_kept_and_the_same_form_is_good(shop, fill, world: FakeWorld) -> None:
    world.bus.trouble = [BusUnavailable("gone")]
    sent = await fill()
    answer = await shop.post("/fr/join", data=sent)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert sent["form_token"] in answer.text
    assert 'value="amelie.weber@reise.test"' in unescape(answer.text)
    assert (await shop.post("/fr/join", data=sent)).status_code == 303


async def test_without_a_decision_in_time_the_same_form_is_sent_again(shop, fill, world: FakeWorld) -> None:
    world.bus.decide = lambda _: None
    sent = await fill()
    assert (await shop.post("/fr/join", data=sent)).status_code == 503
    held = world.bus.last
    world.bus.settle(held.id, applied(customer_id="x", known=False), held.fingerprint)
    assert (await shop.post("/fr/join", data=sent)).status_code == 303
    assert len(world.bus.stored) == 1


async def test_without_a_sealing_key_nothing_is_sent(shop, fill, world: FakeWorld) -> None:
    sent = await fill()
    world.sealer.silent = True
    assert (await shop.post("/fr/join", data=sent)).status_code == 503
    assert world.bus.stored == []


async def test_an_old_form_is_given_out_anew_with_the_input_kept(shop, fill, world: FakeWorld) -> None:
    sent = await fill()
    world.clock.pass_by(25 * 3600)
    answer = await shop.post("/fr/join", data=sent)
    assert answer.status_code == 422
    assert 'value="Amélie"' in answer.text
    assert sent["form_token"] not in answer.text
    assert world.bus.stored == []


@pytest.mark.parametrize("change", [{"form_token": "forged"}, {"idempotency_key": "forged"}, {"form_token": ""}])
async def test_a_form_we_did_not_hand_out_is_not_taken(shop, fill, world: FakeWorld, change: dict[str, str]) -> None:
    assert (await shop.post("/fr/join", data=await fill(**change))).status_code == 422
    assert world.bus.stored == []


async def test_whoever_fills_in_the_trap_is_refused(shop, fill, world: FakeWorld) -> None:
    assert (await shop.post("/fr/join", data=await fill(contact_reason="buy now"))).status_code == 422
    assert world.bus.stored == []


@pytest.mark.parametrize(
    "change",
    [
        {"first_name": "=?UTF-8?Q?a=0ABcc:_x@y?="},
        {"surname": "We\u202eber"},
        {"surname": "We\x00ber"},
        {"birthday_day": "25", "birthday_month": "11", "birthday_year": "2026"},
        {"birthday_day": "25", "birthday_month": "11", "birthday_year": "2011"},
        {"birthday_year": "2025"},
        {"email": "", "phone": ""},
        {"terms": ""},
        {"terms": "2025-01"},
    ],
)
async def test_bad_input_is_refused_and_nothing_is_stored(shop, fill, world: FakeWorld, change: dict[str, str]) -> None:
    assert (await shop.post("/fr/join", data=await fill(**change))).status_code == 422
    assert world.bus.stored == []


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"a": 1}', "application/json", 415),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (urlencode([(f"f{n}", "x") for n in range(60)]).encode(), "application/x-www-form-urlencoded", 400),
        (b"first_name=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"", "application/x-www-form-urlencoded", 422),
    ],
)
async def test_what_is_no_form_gets_a_page(shop, content: bytes, kind: str, status: int) -> None:
    answer = await shop.post("/fr/join", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("loyalty", ["draft", "pilot", "paused"])
async def test_a_store_that_is_not_live_takes_nobody(shop, fill, world: FakeWorld, loyalty) -> None:
    sent = await fill()
    world.map.learn(places.FASHION, places.store(loyalty=loyalty))
    shown, answer = await shop.get("/fr/join"), await shop.post("/fr/join", data=sent)
    assert (shown.status_code, answer.status_code) == (200, 409)
    assert world.bus.stored == []


async def test_the_success_page_says_how_long_the_ticket_is_good(shop, fill, world: FakeWorld) -> None:
    world.queries.answers["enrollment", "ticket"] = TicketTarget(
        merchant=places.FASHION,
        customer_id=places.CUSTOMER,
        store_id=places.HUB,
        program_id=places.PROGRAM,
        card_id=places.CARD,
        expires_at=world.clock.now(),
    )
    place = (await shop.post("/fr/join", data=await fill())).headers["Location"]
    page = await shop.get(place)
    assert page.status_code == 200
    assert "10:00" in page.text
    assert page.headers["Cache-Control"] == "no-store"
