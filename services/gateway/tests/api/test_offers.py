"""What a merchant offers: programs, campaigns and rewards as lists and one by one."""

from uuid import UUID

import places
import pytest
from worlds import FakeWorld

from gateway.api.examples import ANSWERS

MERCHANT = f"/v1/merchants/{places.FASHION}"
THING = UUID("0b6f7c1e-5a53-5c3e-9d58-0000000000c1")
KINDS = ["programs", "campaigns", "rewards"]
EVERYBODY = ["super_admin", "merchant_key", "merchant_owner", "store_manager", "staff"]


@pytest.fixture(autouse=True)
def what_the_merchant_offers(world: FakeWorld) -> None:
    for kind in KINDS:
        one = ANSWERS[f"see_{kind.removesuffix('s')}"]
        page = {kind: [one], "next": str(THING)}
        for name, answer in ((f"{kind}_of", page), (f"{kind.removesuffix('s')}_versions", one)):
            world.queries.answers["ledger", name] = lambda asked, answer=answer: (
                answer if asked.merchant == places.FASHION else None
            )


@pytest.mark.parametrize("holder", EVERYBODY)
@pytest.mark.parametrize("kind", KINDS)
async def test_all_who_serve_customers_see_what_is_offered(api, bearer, holder: str, kind: str) -> None:
    listed = await api.get(f"{MERCHANT}/{kind}", headers=bearer(holder))
    one = await api.get(f"{MERCHANT}/{kind}/{THING}", headers=bearer(holder))
    assert (listed.status_code, one.status_code) == (200, 200)
    assert listed.json()[kind] == [one.json()] == [ANSWERS[f"see_{kind.removesuffix('s')}"]]
    assert listed.headers["Cache-Control"] == one.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_strangers_things_do_not_exist(api, bearer, world: FakeWorld, kind: str) -> None:
    for path in (f"{MERCHANT}/{kind}", f"{MERCHANT}/{kind}/{THING}"):
        answer = await api.get(path, headers=bearer("stranger"))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert world.queries.asked == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_list_goes_on_by_its_cursor(api, bearer, world: FakeWorld, kind: str) -> None:
    first = (await api.get(f"{MERCHANT}/{kind}?limit=3", headers=bearer("staff"))).json()
    await api.get(f"{MERCHANT}/{kind}", params={"cursor": first["next"]}, headers=bearer("staff"))
    asked = [(one.cursor, one.limit) for one in world.queries.questions(f"{kind}_of")]
    assert asked == [(None, 3), (str(THING), 20)]


@pytest.mark.parametrize("kind", ["campaigns", "rewards"])
async def test_those_of_one_program_have_cursors_of_their_own(api, bearer, world: FakeWorld, kind: str) -> None:
    own = f"{MERCHANT}/{kind}?program_id={places.PROGRAM}"
    cursor = (await api.get(own, headers=bearer("staff"))).json()["next"]
    assert (await api.get(f"{own}&cursor={cursor}", headers=bearer("staff"))).status_code == 200
    assert [one.program_id for one in world.queries.questions(f"{kind}_of")] == [places.PROGRAM, places.PROGRAM]
    answer = await api.get(f"{MERCHANT}/{kind}?cursor={cursor}", headers=bearer("staff"))
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")


@pytest.mark.parametrize("kind", KINDS)
async def test_older_versions_are_asked_for_by_number(api, bearer, world: FakeWorld, kind: str) -> None:
    await api.get(f"{MERCHANT}/{kind}/{THING}?before=11", headers=bearer("staff"))
    [question] = world.queries.questions(f"{kind.removesuffix('s')}_versions")
    assert (question.merchant, question.offer_id, question.before) == (places.FASHION, THING, 11)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("query", ["limit=0", "limit=51", "cursor=", "program_id=x", "/x?before=1"])
async def test_a_parameter_that_is_none_is_refused(api, bearer, world: FakeWorld, kind: str, query: str) -> None:
    if (kind, query) == ("programs", "program_id=x"):
        query = "limit=x"
    path = query.replace("/x", f"/{THING}") if query.startswith("/") else f"?{query}"
    answer = await api.get(f"{MERCHANT}/{kind}{path}", headers=bearer("staff"))
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
    assert world.queries.asked == []


@pytest.mark.parametrize("kind", KINDS)
async def test_what_there_is_not_is_unknown(api, bearer, world: FakeWorld, kind: str) -> None:
    name = kind.removesuffix("s")
    del world.queries.answers["ledger", f"{name}_versions"]
    answer = await api.get(f"{MERCHANT}/{kind}/{THING}", headers=bearer("staff"))
    assert (answer.status_code, answer.json()["code"]) == (404, f"{name}_unknown")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_silent_ledger_is_unavailable(api, bearer, world: FakeWorld, kind: str) -> None:
    world.queries.silent = {"ledger"}
    for path in (f"{MERCHANT}/{kind}", f"{MERCHANT}/{kind}/{THING}"):
        assert (await api.get(path, headers=bearer("staff"))).status_code == 503
