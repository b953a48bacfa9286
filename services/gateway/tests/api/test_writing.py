"""Writes: acknowledged when stored, answered when decided, once for each key."""

from datetime import UTC, datetime
from hashlib import sha256

import msgspec
import places
import pytest
from worlds import FakeWorld, applied, refused

from stampbook_events.ledger import EarnPoints
from stampbook_messaging.bus import BusUnavailable, OutcomeUnknown, StreamFull
from stampbook_messaging.messages import Answer

POINTS = f"/v1/cards/{places.CARD}/points"
PURCHASE = {"amount_minor": 8490, "currency": "EUR", "receipt": "r-1"}


async def test_a_write_is_acknowledged_when_it_is_stored(api, bearer, world: FakeWorld) -> None:
    answer = await api.post(POINTS, json=PURCHASE, headers=bearer("staff"))
    assert answer.status_code == 202
    assert answer.json()["status"] == "pending"
    assert answer.headers["Location"].startswith(f"/v1/commands/ledger/{world.bus.last.id}?")
    assert answer.headers["Retry-After"] == "1"


async def test_the_command_holds_what_was_said_and_who_said_it(api, bearer, world: FakeWorld) -> None:
    await api.post(POINTS, json=PURCHASE, headers=bearer("staff"))
    sent = world.bus.last
    assert sent.command == EarnPoints(
        card_id=places.CARD, store_id=places.HUB, amount_minor=8490, currency="EUR", receipt="r-1"
    )
    assert sent.merchant == places.FASHION
    assert sent.rest["actor"].id == str(places.STAFF)
    assert sent.rest["actor"].store == places.HUB
    assert sent.rest["keys"] == (places.CARD,)
    assert sent.rest["answer_to"] == "gateway-test"


async def test_whoever_waits_gets_the_outcome(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda _: applied(points=169)
    answer = await api.post(POINTS, json=PURCHASE, headers=bearer("staff", Prefer="wait=5"))
    assert answer.status_code == 200
    assert answer.json()["result"] == {"points": 169}
    assert answer.headers["Preference-Applied"] == "wait=5"


async def test_an_answer_that_was_not_heard_is_read_from_the_inbox(api, bearer, world: FakeWorld) -> None:
    world.bus.decide, world.bus.tells = lambda _: applied(points=1), False
    answer = await api.post(POINTS, json=PURCHASE, headers=bearer("staff", Prefer="wait=1"))
    assert answer.status_code == 200


async def test_an_undecided_command_is_pending_for_whoever_waited(api, bearer, world: FakeWorld) -> None:
    world.bus.inbox_silent = True
    answer = await api.post(POINTS, json=PURCHASE, headers=bearer("staff", Prefer="wait=1"))
    assert answer.status_code == 202


async def test_a_refusal_is_a_problem_with_its_details(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda _: refused("currency_not_accepted", accepted=["EUR"])
    answer = await api.post(POINTS, json=PURCHASE, headers=bearer("staff", Prefer="wait=1"))
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "currency_not_accepted"
    assert answer.json()["more"] == {"accepted": ["EUR"]}


async def test_a_strangers_card_does_not_exist(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda _: refused("card_unknown")
    body = {**PURCHASE, "store_id": str(places.BOOKSHOP)}
    answer = await api.post(POINTS, json=body, headers=bearer("stranger", Prefer="wait=1"))
    assert answer.status_code == 404
    assert world.bus.last.merchant == places.BOOKS


async def test_the_same_key_and_body_get_the_original_answer(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda _: applied(points=169)
    headers = bearer("staff", Prefer="wait=1")
    first = await api.post(POINTS, json=PURCHASE, headers=headers)
    again = await api.post(POINTS, json=PURCHASE, headers={**headers, "Idempotency-Key": '"k-1"'})
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert len(world.bus.stored) == 1


async def test_a_repetition_is_answered_without_waiting(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda _: applied(points=169)
    await api.post(POINTS, json=PURCHASE, headers=bearer("staff"))
    again = await api.post(POINTS, json=PURCHASE, headers=bearer("staff"))
    assert again.status_code == 200


@pytest.mark.parametrize("wait", ["wait=1", "respond-async"])
async def test_the_same_key_with_another_body_is_refused(api, bearer, world: FakeWorld, wait: str) -> None:
    world.bus.decide = lambda _: applied(points=169)
    await api.post(POINTS, json=PURCHASE, headers=bearer("staff", Prefer=wait))
    other = await api.post(POINTS, json={**PURCHASE, "amount_minor": 1}, headers=bearer("staff", Prefer=wait))
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"


async def test_a_mismatch_the_worker_finds_is_refused_too(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda _: Answer(command_id=places.CARD, status="mismatch")
    answer = await api.post(POINTS, json=PURCHASE, headers=bearer("staff", Prefer="wait=1"))
    assert answer.json()["code"] == "idempotency_key_reused"


async def test_keys_of_different_people_and_routes_do_not_meet(api, bearer, world: FakeWorld) -> None:
    await api.post(POINTS, json=PURCHASE, headers=bearer("staff"))
    await api.post(POINTS, json={**PURCHASE, "store_id": str(places.HUB)}, headers=bearer("merchant_key"))
    await api.post(f"/v1/cards/{places.CARD}/stamps", json={}, headers=bearer("staff"))
    assert len({sent.id for sent in world.bus.stored}) == 3


async def test_a_write_without_a_key_is_refused(api, bearer, world: FakeWorld) -> None:
    headers = bearer("staff")
    del headers["Idempotency-Key"]
    answer = await api.post(POINTS, json=PURCHASE, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["code"] == "idempotency_key_missing"
    assert world.bus.stored == []


@pytest.mark.parametrize("trouble", [BusUnavailable("gone"), StreamFull("full")])
async def test_what_was_not_stored_is_never_accepted(api, bearer, world: FakeWorld, trouble: Exception) -> None:
    world.bus.trouble = [trouble]
    answer = await api.post(POINTS, json=PURCHASE, headers=bearer("staff"))
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert answer.headers["Retry-After"]


async def test_an_unknown_end_is_tried_once_more_with_the_same_id(api, bearer, world: FakeWorld) -> None:
    world.bus.trouble = [OutcomeUnknown("no answer")]
    answer = await api.post(POINTS, json=PURCHASE, headers=bearer("staff"))
    assert answer.status_code == 202


@pytest.mark.parametrize("second", [OutcomeUnknown("no answer"), BusUnavailable("away"), StreamFull("full")])
async def test_an_end_that_stays_unknown_is_said_to_be_so(api, bearer, world: FakeWorld, second: Exception) -> None:
    """Also when the second try is turned away for sure: the first one may lie on the stream."""
    world.bus.trouble = [OutcomeUnknown("no answer"), second]
    answer = await api.post(POINTS, json=PURCHASE, headers=bearer("staff"))
    assert answer.status_code == 503
    assert answer.json()["code"] == "outcome_unknown"


async def test_a_parked_command_is_still_a_promise(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda _: Answer(command_id=places.CARD, status="parked")
    answer = await api.post(POINTS, json=PURCHASE, headers=bearer("staff", Prefer="wait=1"))
    assert answer.status_code == 202
    assert answer.json()["status"] == "parked"


async def test_when_it_happened_travels_with_the_command(api, bearer, world: FakeWorld) -> None:
    body = {**PURCHASE, "occurred_at": "2026-11-23T18:00:00+01:00"}
    await api.post(POINTS, json=body, headers=bearer("staff"))
    assert world.bus.last.rest["occurred_at"] == datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


async def test_a_rotated_key_finds_the_old_answer(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda _: applied(points=1)
    await api.post(POINTS, json=PURCHASE, headers=bearer("staff"))
    new = "sk_staff_" + "z" * 43
    issued = places.key("staff", "staff", role="staff", stores=(places.HUB,))
    world.map.learn(
        places.FASHION,
        msgspec.structs.replace(issued, key_id=places.BOOKSHOP, key_hash=sha256(new.encode()).hexdigest()),
    )
    again = await api.post(POINTS, json=PURCHASE, headers={**bearer("staff"), "Authorization": f"Bearer {new}"})
    assert again.status_code == 200


@pytest.mark.parametrize("prefer", ["wait=abc", "wait=-1", "wait"])
async def test_a_preference_that_cannot_be_met_is_passed_over(api, bearer, prefer: str) -> None:
    answer = await api.post(POINTS, json=PURCHASE, headers=bearer("staff", Prefer=prefer))
    assert answer.status_code == 202
    assert "Preference-Applied" not in answer.headers


async def test_other_stores_of_the_merchant_are_not_a_clerks(api, bearer, world: FakeWorld) -> None:
    answer = await api.post(POINTS, json={**PURCHASE, "store_id": str(places.OUTLET)}, headers=bearer("staff"))
    assert answer.status_code == 403
    foreign = await api.post(POINTS, json={**PURCHASE, "store_id": str(places.BOOKSHOP)}, headers=bearer("staff"))
    assert foreign.status_code == 404
    assert world.bus.stored == []


async def test_who_works_in_several_stores_says_in_which(api, bearer) -> None:
    answer = await api.post(POINTS, json=PURCHASE, headers=bearer("store_manager"))
    assert answer.json()["errors"] == [{"pointer": "/store_id", "code": "missing"}]
