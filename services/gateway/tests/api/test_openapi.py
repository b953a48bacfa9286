"""The API's description holds what the API does."""

import msgspec
import pytest

from gateway.api import bodies
from gateway.api.app import HANDLERS
from gateway.api.examples import BODIES
from gateway.problems import KNOWN


async def described(api) -> dict:
    return (await api.get("/openapi.json")).json()


async def test_every_route_is_described_and_nothing_else(api) -> None:
    document = await described(api)
    operations = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}
    assert document["openapi"] == "3.1.0"
    assert operations == {handler.operation_id for handler in HANDLERS}


async def test_every_reference_leads_somewhere(api) -> None:
    text = (await api.get("/openapi.json")).text
    import re

    known = set((await described(api))["components"]["schemas"])
    assert set(re.findall(r"#/components/schemas/(\w+)", text)) <= known


async def test_unknown_fields_are_said_to_be_refused(api) -> None:
    schemas = (await described(api))["components"]["schemas"]
    assert all(schemas[name]["additionalProperties"] is False for name in BODIES)


async def test_every_write_needs_a_key_and_may_be_waited_for(api) -> None:
    for item in (await described(api))["paths"].values():
        for method, operation in item.items():
            names = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "header"}
            writes = method != "get" and operation["operationId"] != "find_cards"
            assert names == ({"Idempotency-Key", "Prefer"} if writes else set())
            assert ("202" in operation["responses"]) == writes


async def test_every_operation_can_end_in_a_problem(api) -> None:
    for item in (await described(api))["paths"].values():
        for operation in item.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]


@pytest.mark.parametrize("name", sorted(BODIES))
def test_the_example_is_right(name: str) -> None:
    msgspec.json.decode(msgspec.json.encode(BODIES[name]), type=getattr(bodies, name))


@pytest.mark.parametrize("code", sorted(KNOWN))
async def test_the_type_of_a_problem_leads_to_its_words(api, code: str) -> None:
    answer = await api.get(f"/problems/{code}")
    assert answer.json()["status"] == KNOWN[code][0]


async def test_all_problems_are_listed(api) -> None:
    assert {problem["code"] for problem in (await api.get("/problems")).json()} == set(KNOWN)


@pytest.mark.parametrize("code", ["<script>", "x" * 100, "a.b"])
async def test_no_problem_is_made_up_from_rubbish(api, code: str) -> None:
    assert (await api.get(f"/problems/{code}")).status_code == 404
