"""Whoever tries the join page for a store gets a form whose customer is a test customer from birth (A4)."""

import places
import pytest
from worlds import FakeWorld, applied, refused

FORM = f"/v1/stores/{places.HUB}/test-form"


@pytest.fixture(autouse=True)
def enrollment_decides(world: FakeWorld) -> None:
    world.bus.decide = lambda _: applied(customer_id="x", known=False)


async def test_the_customer_of_such_a_form_is_a_test_customer(shop, api, bearer, fill, world: FakeWorld) -> None:
    hidden = (await api.get(FORM, headers=bearer("staff"))).json()
    assert set(hidden) == {"form_token", "idempotency_key"}
    answer = await shop.post("/fr/join", data=await fill(**hidden))
    assert answer.status_code == 303
    assert world.bus.last.command.test


async def test_the_pages_own_form_makes_no_test_customer(shop, fill, world: FakeWorld) -> None:
    await shop.post("/fr/join", data=await fill())
    assert not world.bus.last.command.test


async def test_what_has_to_be_corrected_stays_a_test(shop, api, bearer, fill, world: FakeWorld) -> None:
    import re

    world.bus.decide = lambda _: refused("below_minimum_age")
    hidden = (await api.get(FORM, headers=bearer("staff"))).json()
    page = (await shop.post("/fr/join", data=await fill(**hidden))).text
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    assert again["form_token"] != hidden["form_token"]
    await shop.post("/fr/join", data=await fill(**again))
    assert world.bus.last.command.test


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("super_admin", 403)])
async def test_it_is_for_those_who_enroll_there(api, bearer, who: str, status: int) -> None:
    assert (await api.get(FORM, headers=bearer(who))).status_code == status


async def test_nobody_gets_one_without_a_key(api) -> None:
    assert (await api.get(FORM)).status_code == 401
