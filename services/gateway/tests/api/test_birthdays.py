"""Consent to the birthday gift: asked where there is one, given and taken back; and the date of birth put right."""

from datetime import UTC, date, datetime

import msgspec
import places
import pytest
from worlds import FakeWorld, applied

from gateway.questions import CustomerBoxes
from stampbook_events.enrollment import ChangeBirthday, EnrollCustomer, Personal, SetBirthdayConsent
from stampbook_events.ledger import ProgramEnding

CARD = f"/v1/cards/{places.CARD}"
TILL = f"/v1/stores/{places.HUB}/customers"
PERSON = {"first_name": "A", "surname": "B", "email": "a@reise.test", "birthday": "1992-02-29"}
BIRTHDAY_FIELDS = {"birthday_day": "", "birthday_month": "", "birthday_year": ""}


@pytest.fixture(autouse=True)
def enrollment_decides(world: FakeWorld) -> None:
    world.bus.decide = lambda _: applied(customer_id=str(places.CUSTOMER), known=False)
    world.queries.answers |= {
        ("ledger", "card"): places.card(),
        ("enrollment", "customers"): CustomerBoxes(customers=[]),
    }


@pytest.fixture
def gifts(world: FakeWorld) -> None:
    offering = msgspec.structs.replace(places.program(), birthday_gift=True)
    world.map.learn(places.FASHION, offering)


async def test_where_there_is_no_gift_none_is_asked_for_and_none_is_agreed_to(shop, fill, world: FakeWorld) -> None:
    assert "birthday_gift" not in (await shop.get("/fr/join")).text
    await shop.post("/fr/join", data=await fill(birthday_gift="yes"))
    assert not world.bus.last.command.birthday_gift


@pytest.mark.usefixtures("gifts")
@pytest.mark.parametrize(("ticked", "agreed"), [({"birthday_gift": "yes"}, True), ({"marketing": "yes"}, False)])
async def test_who_ticks_it_agrees_and_nobody_else(shop, fill, world: FakeWorld, ticked, agreed: bool) -> None:
    assert 'name="birthday_gift"' in (await shop.get("/lb/join")).text
    assert (await shop.post("/lb/join", data=await fill("lb", **ticked))).status_code == 303
    command: EnrollCustomer = world.bus.last.command
    assert command.birthday_gift is agreed


@pytest.mark.usefixtures("gifts")
async def test_without_a_date_it_is_said_at_the_date(shop, fill, world: FakeWorld) -> None:
    sent = await fill("de", birthday_gift="yes", **BIRTHDAY_FIELDS)
    answer = await shop.post("/de/join", data=sent)
    assert answer.status_code == 422
    assert 'id="birthday-error"' in answer.text
    assert 'value="yes" checked' in answer.text
    assert world.bus.stored == []


@pytest.mark.usefixtures("gifts")
async def test_the_till_tells_it_too(api, bearer, world: FakeWorld) -> None:
    await api.post(TILL, json={**PERSON, "birthday_gift": True}, headers=bearer("staff"))
    assert world.bus.last.command.birthday_gift


async def test_the_till_hears_that_there_is_none(api, bearer, world: FakeWorld) -> None:
    answer = await api.post(TILL, json={**PERSON, "birthday_gift": True}, headers=bearer("staff"))
    assert answer.json()["errors"] == [{"pointer": "/birthday_gift", "code": "field_not_asked"}]
    assert world.bus.stored == []


async def test_of_a_program_that_has_ended_page_and_till_say_so_at_once(shop, api, bearer, world: FakeWorld) -> None:
    ending = ProgramEnding(
        program_id=places.PROGRAM, ends_at=datetime(2026, 1, 1, tzinfo=UTC), last_day=date(2026, 12, 31)
    )
    world.map.learn(places.FASHION, ending)
    assert "<form" not in (await shop.get("/en/join")).text
    answer = await api.post(TILL, json=PERSON, headers=bearer("staff"))
    assert answer.json()["code"] == "program_ended"
    assert world.bus.stored == []


@pytest.mark.parametrize("consent", [True, False])
async def test_consent_is_given_and_taken_back(api, bearer, world: FakeWorld, consent: bool) -> None:
    answer = await api.post(f"{CARD}/birthday-gift", json={"consent": consent}, headers=bearer("staff"))
    assert answer.status_code == 202
    assert world.bus.last.command == SetBirthdayConsent(
        customer_id=places.CUSTOMER, program_id=places.PROGRAM, given=consent
    )


async def test_the_date_of_birth_travels_sealed(api, bearer, world: FakeWorld) -> None:
    body = {"birthday": "1991-03-04"}
    answer = await api.post(f"{CARD}/birthday", json=body, headers=bearer("store_manager"))
    assert answer.status_code == 202
    command: ChangeBirthday = world.bus.last.command
    assert (command.customer_id, command.store_id) == (places.CUSTOMER, places.HUB)
    assert world.sealer.opened(command.personal, Personal) == Personal(birthday="1991-03-04")


async def test_the_same_key_with_another_date_is_another_body(api, bearer) -> None:
    wait = {"Prefer": "wait=1"}
    first, again, other = [
        await api.post(f"{CARD}/birthday", json={"birthday": said}, headers=bearer("merchant_key", **wait))
        for said in ("1991-03-04", "1991-03-04", "1991-03-05")
    ]
    assert (first.status_code, again.status_code) == (200, 200)
    assert other.json()["code"] == "idempotency_key_reused"


async def test_a_date_can_be_forgotten(api, bearer, world: FakeWorld) -> None:
    await api.post(f"{CARD}/birthday", json={"birthday": None}, headers=bearer("merchant_key"))
    assert world.bus.last.command.personal is None


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [("staff", "birthday", 403), ("stranger", "birthday?merchant=" + str(places.FASHION), 404)],
)
async def test_a_clerk_puts_no_date_right_and_a_stranger_finds_no_card(
    api, bearer, world: FakeWorld, who: str, path: str, status: int
) -> None:
    answer = await api.post(f"{CARD}/{path}", json={"birthday": "1991-03-04"}, headers=bearer(who))
    assert answer.status_code == status
    assert world.bus.stored == []


async def test_whoever_may_not_see_the_person_changes_nothing(api, bearer, world: FakeWorld) -> None:
    world.queries.answers["ledger", "card"] = places.card(store_id=places.OUTLET, store_ids=[places.OUTLET])
    answer = await api.post(f"{CARD}/birthday-gift", json={"consent": True}, headers=bearer("staff"))
    assert (answer.status_code, world.bus.stored) == (403, [])
