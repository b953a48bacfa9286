"""The resource of a command."""

import places
import pytest
from worlds import FakeWorld, applied, refused

from stampbook_messaging.commands import CommandResult

POINTS = f"/v1/cards/{places.CARD}/points"
PURCHASE = {"amount_minor": 8490, "currency": "EUR"}


async def sent(api, bearer) -> str:
    return (await api.post(POINTS, json=PURCHASE, headers=bearer("staff"))).headers["Location"]


async def test_it_is_pending_until_it_is_decided(api, bearer, world: FakeWorld) -> None:
    place = await sent(api, bearer)
    assert (await api.get(place, headers=bearer("staff"))).json()["status"] == "pending"
    world.bus.settle(world.bus.last.id, applied(points=3), world.bus.last.fingerprint)
    answer = await api.get(place, headers=bearer("staff"))
    assert answer.json()["status"] == "applied"
    assert answer.json()["result"] == {"points": 3}


async def test_a_refusal_is_told_with_its_code(api, bearer, world: FakeWorld) -> None:
    place = await sent(api, bearer)
    world.bus.settle(world.bus.last.id, refused("card_unknown"), b"")
    answer = (await api.get(place, headers=bearer("staff"))).json()
    assert (answer["status"], answer["code"]) == ("refused", "card_unknown")


async def test_what_was_passed_by_undecided_is_lost(api, bearer, world: FakeWorld) -> None:
    place = await sent(api, bearer)
    world.bus.inbox[world.bus.last.id] = CommandResult(lost=True)
    assert (await api.get(place, headers=bearer("staff"))).json()["status"] == "lost"


async def test_a_stranger_sees_no_command(api, bearer) -> None:
    assert (await api.get(await sent(api, bearer), headers=bearer("stranger"))).status_code == 404


async def test_a_changed_address_is_none(api, bearer, world: FakeWorld) -> None:
    place = await sent(api, bearer)
    changed = place.replace("at=1.", "at=2.")
    assert (await api.get(changed, headers=bearer("staff"))).status_code == 404


@pytest.mark.parametrize("holder", ["merchant_key", "super_admin"])
async def test_the_outcome_of_a_visitors_join_is_nobodys_business(api, bearer, world: FakeWorld, holder: str) -> None:
    join = places.CUSTOMER
    world.bus.settle(join, applied(customer_id="x", known=True), b"")
    answer = await api.get(f"/v1/commands/enrollment/{join}?merchant={places.FASHION}", headers=bearer(holder))
    assert answer.status_code == 404


async def test_without_its_place_an_unknown_command_is_not_found(api, bearer) -> None:
    answer = await api.get(f"/v1/commands/ledger/{places.CARD}", headers=bearer("staff"))
    assert answer.status_code == 404


async def test_a_silent_owner_is_unavailable(api, bearer, world: FakeWorld) -> None:
    place = await sent(api, bearer)
    world.bus.inbox_silent = True
    assert (await api.get(place, headers=bearer("staff"))).status_code == 503


async def test_a_command_of_the_platform_is_followed_by_whoever_sent_it(api, bearer, world: FakeWorld) -> None:
    body = {"merchant_id": str(places.BOOKS), "name": "BookWorld"}
    place = (await api.post("/v1/merchants", json=body, headers=bearer("super_admin"))).headers["Location"]
    world.bus.settle(world.bus.last.id, applied(merchant_id=str(places.BOOKS)), b"")
    assert (await api.get(place, headers=bearer("super_admin"))).json()["status"] == "applied"
    bare = place.split("?")[0]
    assert (await api.get(bare, headers=bearer("staff"))).status_code == 404
