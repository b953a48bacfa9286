"""Finding, seeing and listing cards; tickets."""

from datetime import UTC, datetime

import msgspec
import places
import pytest
from worlds import FakeWorld

from gateway.questions import CardList, CustomerBox, CustomerBoxes, Found, TicketTarget
from stampbook_events.enrollment import Contact
from stampbook_events.ledger import EarnPoints, GiveStamps
from stampbook_messaging.sealing import seal_to

PERSON = {
    "first_name": "Amélie",
    "surname": "Weber",
    "email": "amelie.weber@reise.test",
    "phone": "+352621123456",
    "birthday": "1992-02-29",
}


@pytest.fixture(autouse=True)
def one_customer_with_one_card(world: FakeWorld) -> None:
    def boxes(request) -> CustomerBoxes:
        contact = Contact(customer_id=places.CUSTOMER, language="fr", **PERSON)
        box = CustomerBox(customer_id=places.CUSTOMER, box=seal_to(request.reply_key, msgspec.json.encode(contact)))
        return CustomerBoxes(customers=[box] if places.CUSTOMER in request.customer_ids else [])

    def of_fashion(request):
        return places.whole_card() if request.merchant == places.FASHION else None

    def ticket(request):
        known = request.ticket == places.TICKET and request.merchant == places.FASHION
        return _target() if known else None

    world.queries.answers |= {
        ("enrollment", "customers"): boxes,
        ("enrollment", "find_customer"): Found(customer_ids=[places.CUSTOMER]),
        ("enrollment", "ticket"): ticket,
        ("ledger", "card"): of_fashion,
        ("ledger", "card_by_number"): of_fashion,
        ("ledger", "cards_of"): CardList(cards=[places.card()]),
        ("ledger", "cards"): CardList(cards=[places.card()], next="2026~x"),
    }


def _target() -> TicketTarget:
    return TicketTarget(
        merchant=places.FASHION,
        customer_id=places.CUSTOMER,
        store_id=places.HUB,
        program_id=places.PROGRAM,
        card_id=places.CARD,
        expires_at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize("holder", ["super_admin", "merchant_key", "merchant_owner", "store_manager", "staff"])
async def test_the_card_shows_phone_and_birthday_to_all_who_are_entitled(api, bearer, holder: str) -> None:
    merchant = f"?merchant={places.FASHION}" if holder == "super_admin" else ""
    answer = await api.get(f"/v1/cards/{places.CARD}{merchant}", headers=bearer(holder))
    assert answer.status_code == 200
    assert answer.json()["person"] == PERSON
    assert answer.json()["balance"] == 50
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_clerk_of_another_store_sees_the_card_without_the_person(api, bearer, world: FakeWorld) -> None:
    world.queries.answers["ledger", "card"] = places.whole_card(store_id=places.OUTLET, store_ids=[places.OUTLET])
    shown = (await api.get(f"/v1/cards/{places.CARD}", headers=bearer("staff"))).json()
    assert shown["person"] is None
    assert shown["store_ids"] == []
    assert world.queries.questions("customers") == []


@pytest.mark.parametrize(("holder", "told"), [("staff", [None, None]), ("store_manager", 2 * [str(places.OUTLET)])])
async def test_a_card_shows_what_waits_on_it_and_other_stores_only_to_whoever_works_there(
    api, bearer, holder: str, told: list[str | None]
) -> None:
    shown = (await api.get(f"/v1/cards/{places.CARD}", headers=bearer(holder))).json()
    assert (shown["available"], shown["held"], shown["debt"], shown["lots_in_all"]) == (40, 10, 0, 1)
    [held], [lot] = shown["reservations"], shown["lots"]
    assert (held["code"], held["points"], lot["free"]) == ("9PWA2ZTC", 10, 40)
    assert [held["store_id"], lot["store_id"]] == told


async def test_a_stranger_finds_no_card(api, bearer) -> None:
    assert (await api.get(f"/v1/cards/{places.CARD}", headers=bearer("stranger"))).status_code == 404
    assert (await api.get("/v1/cards?number=4029188375520614", headers=bearer("stranger"))).status_code == 404
    named = f"/v1/cards/{places.CARD}?merchant={places.FASHION}"
    assert (await api.get(named, headers=bearer("stranger"))).status_code == 404


async def test_a_card_is_found_by_its_number_as_it_is_printed(api, bearer, world: FakeWorld) -> None:
    answer = await api.get("/v1/cards", params={"number": "4029 1883 7552 0614"}, headers=bearer("staff"))
    assert [card["card_number"] for card in answer.json()["cards"]] == ["4029188375520614"]
    assert world.queries.questions("card_by_number")[0].number == "4029188375520614"


@pytest.mark.parametrize(
    ("sought", "kind", "value"),
    [
        ({"email": "Amelie.Weber@REISE.test"}, "email", "Amelie.Weber@reise.test"),
        ({"phone": "621 123 456"}, "phone", "+352621123456"),
    ],
)
async def test_a_person_is_found_by_mail_or_phone(api, bearer, world: FakeWorld, sought, kind: str, value: str) -> None:
    answer = await api.post("/v1/cards/search", json=sought, headers=bearer("merchant_key"))
    assert [card["person"] for card in answer.json()["cards"]] == [PERSON]
    [question] = world.queries.questions("find_customer")
    assert question.kind == kind
    from stampbook_messaging.sealing import open_box

    assert open_box(world.sealer.pair.private, question.value.box).decode() == value


async def test_a_mail_address_never_stands_in_clear_in_a_question(api, bearer, world: FakeWorld) -> None:
    await api.post("/v1/cards/search", json={"email": PERSON["email"]}, headers=bearer("staff"))
    assert all(b"amelie" not in msgspec.json.encode(request) for _, _, request in world.queries.asked)


async def test_nobody_found_is_an_empty_list(api, bearer, world: FakeWorld) -> None:
    world.queries.answers["enrollment", "find_customer"] = Found(customer_ids=[])
    answer = await api.post("/v1/cards/search", json={"phone": "+352621123456"}, headers=bearer("staff"))
    assert answer.json() == {"cards": [], "next": None}


@pytest.mark.parametrize("sought", [{}, {"email": "a@b.test", "phone": "621123456"}, {"email": "no"}, {"phone": "12"}])
async def test_a_search_needs_one_thing_that_can_be_sought(api, bearer, sought) -> None:
    answer = await api.post("/v1/cards/search", json=sought, headers=bearer("staff"))
    assert answer.json()["code"] == "form_refused"


async def test_a_merchant_pages_through_all_cards(api, bearer, world: FakeWorld) -> None:
    first = (await api.get("/v1/cards?limit=1", headers=bearer("store_manager"))).json()
    answer = await api.get("/v1/cards", params={"cursor": first["next"]}, headers=bearer("store_manager"))
    assert answer.status_code == 200
    asked = [(one.merchant, one.cursor, one.limit) for one in world.queries.questions("cards")]
    assert asked == [(places.FASHION, None, 1), (places.FASHION, "2026~x", 50)]


async def test_a_cursor_of_another_merchants_cards_is_refused(api, bearer, world: FakeWorld) -> None:
    cursor = (await api.get("/v1/cards", headers=bearer("store_manager"))).json()["next"]
    answer = await api.get("/v1/cards", params={"cursor": cursor}, headers=bearer("stranger"))
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")
    assert len(world.queries.questions("cards")) == 1


async def test_a_clerk_does_not_list_all_cards(api, bearer) -> None:
    assert (await api.get("/v1/cards", headers=bearer("staff"))).status_code == 403


async def test_a_ticket_shows_the_card_and_nothing_of_the_person(api, bearer) -> None:
    answer = await api.get(f"/v1/tickets/{places.TICKET}", headers=bearer("staff"))
    assert answer.status_code == 200
    assert answer.json()["balance"] == 50
    assert set(answer.json()) == {
        "ticket", "expires_at", "card_id", "program_id", "card_number", "state", "balance", "stamps", "stamp_target",
    }  # fmt: skip


async def test_a_ticket_may_be_typed_as_it_is_read(api, bearer) -> None:
    answer = await api.get("/v1/tickets/t7k3 m4qx-2vhr", headers=bearer("staff"))
    assert answer.json()["ticket"] == places.TICKET


@pytest.mark.parametrize(("what", "kind"), [("points", EarnPoints), ("stamps", GiveStamps)])
async def test_earning_goes_to_the_ticket_itself(api, bearer, world: FakeWorld, what: str, kind) -> None:
    body = {"amount_minor": 100, "currency": "EUR"} if what == "points" else {"stamps": 2}
    answer = await api.post(f"/v1/tickets/{places.TICKET}/{what}", json=body, headers=bearer("staff"))
    assert answer.status_code == 202
    [command] = world.bus.commands(kind)
    assert (command.card_id, command.by_ticket, command.channel) == (places.CARD, True, "till")


@pytest.mark.parametrize("what", ["redemptions", "reservations"])
async def test_a_ticket_is_not_redeemed_from(api, bearer, world: FakeWorld, what: str) -> None:
    answer = await api.post(f"/v1/tickets/{places.TICKET}/{what}", json={}, headers=bearer("staff"))
    assert answer.status_code == 404
    assert world.bus.stored == []


async def test_the_platform_gives_nothing_by_ticket(api, bearer) -> None:
    answer = await api.post(f"/v1/tickets/{places.TICKET}/stamps", json={}, headers=bearer("super_admin"))
    assert answer.status_code == 403


async def test_a_strangers_ticket_does_not_exist(api, bearer) -> None:
    assert (await api.get(f"/v1/tickets/{places.TICKET}", headers=bearer("stranger"))).status_code == 404


async def test_guessing_tickets_ends_soon(api, bearer) -> None:
    answers = [await api.get(f"/v1/tickets/AAAAAAAAAA{n:02}", headers=bearer("staff")) for n in range(21)]
    assert [answer.status_code for answer in answers] == [404] * 20 + [429]


async def test_a_silent_owner_is_unavailable(api, bearer, world: FakeWorld) -> None:
    world.queries.silent = {"ledger"}
    answer = await api.get(f"/v1/cards/{places.CARD}", headers=bearer("staff"))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
