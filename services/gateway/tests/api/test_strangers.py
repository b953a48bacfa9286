"""Every route of the API, by everybody who has no business there."""

import places
import pytest
from worlds import FakeWorld, refused

from gateway.api.app import HANDLERS
from gateway.api.examples import BODIES

OWN = {"initialise_platform", "register_merchant"}
ROUTES = [handler for handler in HANDLERS if handler.operation_id not in OWN]


def request_of(handler) -> tuple[str, str, dict | None]:
    [path] = handler.paths
    values = {
        "merchant": places.FASHION,
        "key_id": places.CARD,
        "store_id": places.HUB,
        "card_id": places.CARD,
        "command_id": places.CARD,
        "program_id": places.PROGRAM,
        "campaign_id": places.CARD,
        "reward_id": places.CARD,
        "reservation_id": places.CARD,
        "operation_id": places.CARD,
        "version": 2,
        "ticket": places.TICKET,
        "service": "ledger",
    }
    for name, value in values.items():
        for kind in ("uuid", "str", "int"):
            path = path.replace(f"{{{name}:{kind}}}", str(value))
    if handler.operation_id == "see_card_as_of":
        path += "?at=2026-11-01T00:00:00Z"
    if handler.operation_id == "report_breakage":
        path += "?first_day=2026-11-01&last_day=2026-11-23"
    [method] = handler.http_methods
    field = handler.parsed_data_field
    return method, path, BODIES[field.annotation.__name__] if field is not None else None


@pytest.mark.parametrize("handler", ROUTES, ids=lambda handler: handler.operation_id)
async def test_without_a_key_there_is_nothing(api, world: FakeWorld, handler) -> None:
    method, path, body = request_of(handler)
    answer = await api.request(method, path, json=body, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 401
    assert world.bus.stored == []


@pytest.mark.parametrize("handler", ROUTES, ids=lambda handler: handler.operation_id)
async def test_another_merchants_things_do_not_exist(api, bearer, world: FakeWorld, handler) -> None:
    """The services look under the asker's own merchant and find nothing; what names the other merchant ends here."""
    world.bus.decide = lambda _: refused("card_unknown")
    world.queries.answers["enrollment", "find_customer"] = {"customer_ids": []}
    world.queries.answers["ledger", "cards"] = {"cards": []}
    method, path, body = request_of(handler)
    answer = await api.request(method, path, json=body, headers=bearer("stranger", Prefer="wait=1"))
    empty = handler.operation_id in {"list_cards", "find_cards"}
    assert answer.status_code == (200 if empty else 404)
    assert all(sent.merchant == places.BOOKS for sent in world.bus.stored)
    assert all(getattr(request, "merchant", places.BOOKS) == places.BOOKS for _, _, request in world.queries.asked)


@pytest.mark.parametrize("handler", ROUTES, ids=lambda handler: handler.operation_id)
async def test_naming_the_other_merchant_does_not_help(api, bearer, world: FakeWorld, handler) -> None:
    world.bus.decide = lambda _: refused("card_unknown")
    method, path, body = request_of(handler)
    answer = await api.request(
        method,
        f"{path}{'&' if '?' in path else '?'}merchant={places.FASHION}",
        json=body,
        headers=bearer("stranger", Prefer="wait=1"),
    )
    assert answer.status_code == 404
