"""A card's statement, its past, and how its figures came about."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import places
import pytest
from worlds import FakeWorld

from gateway import histories
from gateway.api.examples import ANSWERS
from stampbook_messaging.queries import QueryRefused

CARD = f"/v1/cards/{places.CARD}"
PATHS = [f"{CARD}/statement", f"{CARD}/as-of?at=2026-11-01T00:00:00Z", f"{CARD}/explanation"]
EVERYBODY = ["super_admin", "merchant_key", "merchant_owner", "store_manager", "staff"]
LOT = UUID("0b6f7c1e-5a53-5c3e-9d58-0000000000d1")


def example(name: str, kind, **changes: object):
    return msgspec.convert({**ANSWERS[name], **changes}, kind)


def entry(store_id: UUID, **changes: object) -> dict:
    [shown] = ANSWERS["see_statement"]["entries"]
    actor = {"kind": "staff", "id": str(places.STAFF), "role": "staff", "store": str(store_id)}
    return {**shown, "store_id": str(store_id), "actor": actor, **changes}


@pytest.fixture(autouse=True)
def a_card_with_a_past(world: FakeWorld) -> None:
    entries = [entry(places.HUB), entry(places.OUTLET, version=2)]
    told = {
        "statement": example("see_statement", histories.StatementPage, entries=entries, older="c~2", newer="c~3"),
        "card_as_of": example("see_card_as_of", histories.CardAsOf),
        "explain": example("explain_figure", histories.Explanation, next="2026~100"),
    }
    for name, answer in told.items():
        world.queries.answers["ledger", name] = lambda asked, answer=answer: (
            answer if asked.merchant == places.FASHION else None
        )


def refusing(world: FakeWorld, name: str, code: str) -> None:
    def refuse(_: object) -> None:
        raise QueryRefused(code)

    world.queries.answers["ledger", name] = refuse


def as_of(name: str, path: str) -> str:
    if name != "super_admin":
        return path
    return f"{path}{'&' if '?' in path else '?'}merchant={places.FASHION}"


@pytest.mark.parametrize("holder", EVERYBODY)
@pytest.mark.parametrize("path", PATHS)
async def test_all_who_serve_customers_may_ask(api, bearer, holder: str, path: str) -> None:
    answer = await api.get(as_of(holder, path), headers=bearer(holder))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PATHS)
async def test_a_stranger_finds_nothing(api, bearer, world: FakeWorld, path: str) -> None:
    named = f"{path}{'&' if '?' in path else '?'}merchant={places.FASHION}"
    for asked in (path, named):
        assert (await api.get(asked, headers=bearer("stranger"))).status_code == 404
    assert {request.merchant for _, _, request in world.queries.asked} == {places.BOOKS}


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_asks_without_a_key(api, path: str) -> None:
    assert (await api.get(path)).json()["code"] == "credential_missing"


@pytest.mark.parametrize("path", PATHS)
async def test_a_super_admin_says_whose_card(api, bearer, path: str) -> None:
    assert (await api.get(path, headers=bearer("super_admin"))).json()["code"] == "parameter_invalid"


async def test_a_statement_tells_what_happened_with_both_times_and_who(api, bearer) -> None:
    found = (await api.get(f"{CARD}/statement", headers=bearer("merchant_key"))).json()
    first = found["entries"][0]
    assert (first["kind"], first["points"], first["balance"], first["receipt"]) == ("points_earned", 169, 219, "T-1001")
    assert first["recorded_at"] == first["occurred_at"] == "2026-11-24T09:00:01Z"
    assert first["actor"]["id"] == str(places.STAFF)
    assert "reward_id" not in first


async def test_both_cursors_lead_on_and_say_which_way(api, bearer, world: FakeWorld) -> None:
    first = (await api.get(f"{CARD}/statement?limit=7", headers=bearer("staff"))).json()
    for cursor in (first["older"], first["newer"]):
        answer = await api.get(f"{CARD}/statement", params={"cursor": cursor}, headers=bearer("staff"))
        assert answer.status_code == 200
    asked = [(one.cursor, one.newer, one.limit) for one in world.queries.questions("statement")]
    assert asked == [(None, False, 7), ("c~2", False, 50), ("c~3", True, 50)]


async def test_a_statement_begins_at_either_end(api, bearer, world: FakeWorld) -> None:
    for begin in ("newest", "oldest"):
        await api.get(f"{CARD}/statement?begin={begin}", headers=bearer("staff"))
    assert [one.newer for one in world.queries.questions("statement")] == [False, True]


async def test_a_cursor_is_of_no_meaning_to_who_has_it(api, bearer) -> None:
    found = (await api.get(f"{CARD}/statement", headers=bearer("staff"))).json()
    assert "c~2" not in found["older"]


async def test_a_cursor_is_good_for_its_own_list_alone(api, bearer, world: FakeWorld) -> None:
    cursor = (await api.get(f"{CARD}/statement", headers=bearer("staff"))).json()["older"]
    explained = (await api.get(f"{CARD}/explanation", headers=bearer("staff"))).json()["next"]
    wrong = [
        (f"/v1/cards/{LOT}/statement", cursor),
        (f"{CARD}/statement", explained),
        (f"{CARD}/explanation", cursor),
        (f"{CARD}/explanation?figure=lot&subject={LOT}", explained),
        ("/v1/cards", cursor),
    ]
    for path, other in wrong:
        place = f"{path}{'&' if '?' in path else '?'}cursor={other}"
        answer = await api.get(place, headers=bearer("store_manager"))
        assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")
    assert len(world.queries.asked) == 2


@pytest.mark.parametrize(
    "cursor", ["x", "%00", "a.b", "b2xkZXIgY34y." + "0" * 24, "%C3%A9." + "0" * 24, "__8." + "0" * 24, "~"]
)
@pytest.mark.parametrize("path", ["statement", "explanation"])
async def test_a_cursor_that_is_none_is_refused(api, bearer, path: str, cursor: str) -> None:
    answer = await api.get(f"{CARD}/{path}?cursor={cursor}", headers=bearer("staff"))
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("statement?limit=0", "/limit"),
        ("statement?limit=51", "/limit"),
        ("statement?limit=x", "/limit"),
        ("statement?begin=middle", "/begin"),
        ("statement?cursor=", "/cursor"),
        ("statement?cursor=" + "x" * 300, "/cursor"),
        ("statement?merchant=x", "/merchant"),
        ("explanation?figure=mood", "/figure"),
        ("explanation?figure=lot", "/subject"),
        (f"explanation?subject={LOT}", "/subject"),
        (f"explanation?figure=stamps&subject={LOT}", "/subject"),
        ("explanation?figure=lot&subject=x", "/subject"),
        ("explanation?at=yesterday", "/at"),
        ("as-of?at=2026-11-24", "/at"),
        ("as-of?at=1764000000", "/at"),
        ("as-of?at=%00", "/at"),
        ("as-of?at=2026-11-24T09:00:00", "/at"),
        ("as-of?at=0001-01-01T00:00:00%2B14:00", "/at"),
        ("as-of?at=9999-12-31T23:59:59-14:00", "/at"),
        ("as-of?at=" + "9" * 100, "/at"),
    ],
)
async def test_a_parameter_that_is_none_is_named(api, bearer, world: FakeWorld, query: str, pointer: str) -> None:
    answer = await api.get(f"{CARD}/{query}", headers=bearer("staff"))
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert world.queries.asked == []


async def test_an_instant_that_is_missing_is_asked_for(api, bearer) -> None:
    answer = await api.get(f"{CARD}/as-of", headers=bearer("staff"))
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
    assert answer.json()["errors"] == [{"pointer": "/at", "code": "missing"}]


@pytest.mark.parametrize("code", ["time_in_future", "before_card_opened"])
@pytest.mark.parametrize(("name", "path"), [("card_as_of", "as-of"), ("explain", "explanation")])
async def test_an_instant_of_no_card_is_refused_as_a_parameter(
    api, bearer, world: FakeWorld, name: str, path: str, code: str
) -> None:
    refusing(world, name, code)
    answer = await api.get(f"{CARD}/{path}?at=2026-11-01T00:00:00Z", headers=bearer("staff"))
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
    assert answer.json()["errors"] == [{"pointer": "/at", "code": code}]


async def test_a_card_is_told_as_it_was(api, bearer, world: FakeWorld) -> None:
    answer = await api.get(f"{CARD}/as-of?at=2026-12-01T00:00:00%2B01:00", headers=bearer("staff"))
    assert (answer.json()["balance"], answer.json()["version"]) == (219, 3)
    [question] = world.queries.questions("card_as_of")
    assert (question.card_id, question.at) == (places.CARD, datetime(2026, 11, 30, 23, 0, tzinfo=UTC))


@pytest.mark.parametrize("figure", ["lot", "reward", "operation"])
async def test_a_figure_is_explained_by_its_subject(api, bearer, world: FakeWorld, figure: str) -> None:
    answer = await api.get(f"{CARD}/explanation?figure={figure}&subject={LOT}", headers=bearer("staff"))
    assert answer.json()["steps"][0]["campaigns"][0]["multiplier"] == 200
    assert answer.json()["purchase"]["campaign"] == 170
    [question] = world.queries.questions("explain")
    assert (question.figure, question.subject, question.at, question.cursor) == (figure, LOT, None, None)


async def test_an_explanation_goes_on_by_its_cursor(api, bearer, world: FakeWorld) -> None:
    first = (await api.get(f"{CARD}/explanation", headers=bearer("staff"))).json()
    await api.get(f"{CARD}/explanation", params={"cursor": first["next"]}, headers=bearer("staff"))
    assert [one.cursor for one in world.queries.questions("explain")] == [None, "2026~100"]


@pytest.mark.parametrize("code", ["card_unknown", "lot_unknown", "reward_unknown", "operation_unknown"])
async def test_what_is_not_there_is_not_found(api, bearer, world: FakeWorld, code: str) -> None:
    refusing(world, "explain", code)
    answer = await api.get(f"{CARD}/explanation?figure=lot&subject={LOT}", headers=bearer("staff"))
    assert (answer.status_code, answer.json()["code"]) == (404, code)


async def test_who_works_in_one_store_is_not_told_of_others(api, bearer) -> None:
    """Nor who serves there."""
    found = (await api.get(f"{CARD}/statement", headers=bearer("staff"))).json()
    own, other = found["entries"]
    assert (own["store_id"], own["actor"]["id"]) == (str(places.HUB), str(places.STAFF))
    assert "store_id" not in other
    assert other["actor"] == {"kind": "staff", "id": "", "role": "staff"}
    assert str(places.OUTLET) not in str(found)


@pytest.mark.parametrize("path", PATHS[1:])
@pytest.mark.parametrize("holder", ["staff", "merchant_owner"])
async def test_other_stores_stand_in_no_lot_and_no_step(api, bearer, world: FakeWorld, path: str, holder: str) -> None:
    outlet = str(places.OUTLET)
    lot = {**ANSWERS["see_card_as_of"]["lots"][0], "store_id": outlet}
    held = {
        "reservation_id": LOT, "code": "9PWA2ZTC", "reward_id": LOT, "reward_version": 1, "quantity": 1, "points": 1,
        "store_id": outlet, "ends_at": "2026-11-24T09:10:00Z",
    }  # fmt: skip
    opened = {**lot, "points": 9, "zone": "Europe/Luxembourg"}
    step = {**ANSWERS["explain_figure"]["steps"][0], "store_id": outlet, "moves": {"opened": [opened]}}
    parts = [{"points": 9, "changes": [], "lot": lot}]
    world.queries.answers |= {
        ("ledger", "card_as_of"): example("see_card_as_of", histories.CardAsOf, lots=[lot], reservations=[held]),
        ("ledger", "explain"): example("explain_figure", histories.Explanation, steps=[step], parts=parts),
    }
    answer = await api.get(path, headers=bearer(holder))
    assert answer.status_code == 200
    assert (outlet in answer.text) == (holder == "merchant_owner")


@pytest.mark.parametrize("path", PATHS)
async def test_a_silent_ledger_is_unavailable(api, bearer, world: FakeWorld, path: str) -> None:
    world.queries.silent = {"ledger"}
    assert (await api.get(path, headers=bearer("staff"))).status_code == 503
