"""Unusual, and right: it must come through."""

import places
import pytest
from worlds import FakeWorld

from stampbook_events.enrollment import Personal

TILL = f"/v1/stores/{places.HUB}/customers"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("amélie@reise.test", "amélie@reise.test"),
        ("anna@bücher.test", "anna@xn--bcher-kva.test"),
        ("Anna+Shop@Reise.TEST", "Anna+Shop@reise.test"),
    ],
)
async def test_addresses_in_all_scripts_are_taken(api, bearer, world: FakeWorld, typed: str, stored: str) -> None:
    person = {"first_name": "Anna", "surname": "Weber", "email": typed}
    assert (await api.post(TILL, json=person, headers=bearer("staff"))).status_code == 202
    assert world.sealer.opened(world.bus.last.command.personal, Personal).email == stored


@pytest.mark.parametrize("name", ["O’Brien", "Zoë-Marie", "李", "Ľubomír Žižka", "d'Artagnan", "مريم"])
async def test_names_in_all_scripts_are_taken(api, bearer, world: FakeWorld, name: str) -> None:
    person = {"first_name": name, "surname": "Weber", "email": "a@reise.test"}
    await api.post(TILL, json=person, headers=bearer("staff"))
    assert world.sealer.opened(world.bus.last.command.personal, Personal).first_name == name


@pytest.mark.parametrize("birthday", ["1992-02-29", "2010-11-24", "1926-01-01"])
async def test_birthdays_at_the_edge_are_taken(api, bearer, world: FakeWorld, birthday: str) -> None:
    person = {"first_name": "Anna", "surname": "Weber", "email": "a@reise.test", "birthday": birthday}
    assert (await api.post(TILL, json=person, headers=bearer("staff"))).status_code == 202
    assert world.sealer.opened(world.bus.last.command.personal, Personal).birthday == birthday
