"""Enrolling at the till."""

import msgspec
import places
import pytest
from worlds import FakeWorld, applied, refused

from gateway.questions import CardList, CustomerBoxes, Snapshot
from stampbook_events.enrollment import EnrollCustomer, Personal

TILL = f"/v1/stores/{places.HUB}/customers"
PERSON = {
    "first_name": "Amélie",
    "surname": "Weber",
    "email": "amelie.weber@reise.test",
    "phone": "621 123 456",
    "birthday": "1992-02-29",
}


@pytest.fixture(autouse=True)
def enrollment_decides(world: FakeWorld) -> None:
    world.bus.decide = lambda _: applied(customer_id=str(places.CUSTOMER), known=False)
    world.queries.answers |= {
        ("ledger", "cards_of"): CardList(cards=[places.card()]),
        ("enrollment", "customers"): CustomerBoxes(customers=[]),
        ("enrollment", "snapshot"): Snapshot(entries=[], positions={}),
    }


async def test_the_person_travels_sealed_and_normalised(api, bearer, world: FakeWorld) -> None:
    await api.post(TILL, json=PERSON, headers=bearer("staff"))
    command: EnrollCustomer = world.bus.last.command
    sealed = world.sealer.opened(command.personal, Personal)
    assert (sealed.phone, sealed.birthday, sealed.ticket) == ("+352621123456", "1992-02-29", None)
    assert (command.language, command.terms_version, command.store_id) == ("fr", places.TERMS, places.HUB)


async def test_staff_see_the_card_at_once(api, bearer) -> None:
    answer = await api.post(TILL, json=PERSON, headers=bearer("staff", Prefer="wait=5"))
    assert answer.status_code == 200
    assert answer.json()["result"]["card"]["card_number"] == "4029188375520614"
    assert answer.json()["result"]["card_id"] == str(places.CARD)


async def test_the_card_is_waited_for_and_then_left_to_come(api, bearer, world: FakeWorld) -> None:
    world.queries.answers["ledger", "cards_of"] = CardList(cards=[])
    answer = await api.post(TILL, json=PERSON, headers=bearer("staff", Prefer="wait=1"))
    assert answer.status_code == 200
    assert "card" not in answer.json()["result"]
    assert len(world.clock.slept) == 20


async def test_a_silent_ledger_takes_nothing_from_the_enrollment(api, bearer, world: FakeWorld) -> None:
    world.queries.silent = {"ledger"}
    answer = await api.post(TILL, json=PERSON, headers=bearer("staff", Prefer="wait=1"))
    assert answer.status_code == 200


async def test_double_submit_is_one_enrollment(api, bearer, world: FakeWorld) -> None:
    """Card number and seal differ each time; what was said does not."""
    for _ in range(2):
        answer = await api.post(TILL, json=PERSON, headers=bearer("staff", Prefer="wait=1"))
        assert answer.status_code == 200
    assert len(world.bus.stored) == 1


async def test_the_same_key_for_another_person_is_refused(api, bearer, world: FakeWorld) -> None:
    await api.post(TILL, json=PERSON, headers=bearer("staff", Prefer="wait=1"))
    other = await api.post(TILL, json={**PERSON, "email": "b@reise.test"}, headers=bearer("staff", Prefer="wait=1"))
    assert other.json()["code"] == "idempotency_key_reused"


async def test_a_customer_without_a_mail_address_is_known_by_phone(api, bearer, world: FakeWorld) -> None:
    body = {name: value for name, value in PERSON.items() if name != "email"}
    assert (await api.post(TILL, json=body, headers=bearer("staff"))).status_code == 202


async def test_with_neither_address_nor_phone_there_is_nobody(api, bearer, world: FakeWorld) -> None:
    answer = await api.post(TILL, json={"first_name": "A", "surname": "B"}, headers=bearer("staff"))
    assert answer.json()["errors"] == [{"pointer": "/email", "code": "email_missing"}]
    assert world.bus.stored == []


async def test_a_refusal_of_enrollment_is_a_problem(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda _: refused("not_open_for_joining")
    answer = await api.post(TILL, json=PERSON, headers=bearer("staff", Prefer="wait=1"))
    assert (answer.status_code, answer.json()["code"]) == (422, "not_open_for_joining")


async def test_what_the_form_does_not_ask_is_not_taken(api, bearer, world: FakeWorld) -> None:
    world.map.learn(places.FASHION, msgspec.structs.replace(places.form(), asked=("first_name", "surname", "email")))
    answer = await api.post(TILL, json=PERSON, headers=bearer("staff"))
    assert {error["code"] for error in answer.json()["errors"]} == {"field_not_asked"}


@pytest.mark.parametrize("store", [places.BOOKSHOP, places.CARD])
async def test_a_store_that_is_not_ours_does_not_exist(api, bearer, world: FakeWorld, store) -> None:
    answer = await api.post(f"/v1/stores/{store}/customers", json=PERSON, headers=bearer("merchant_key"))
    assert answer.status_code == 404
    assert world.bus.stored == []


async def test_without_a_sealing_key_nothing_is_sent(api, bearer, world: FakeWorld) -> None:
    world.sealer.silent = True
    answer = await api.post(TILL, json=PERSON, headers=bearer("staff"))
    assert answer.status_code == 503
    assert world.bus.stored == []
