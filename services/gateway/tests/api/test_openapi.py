"""The API's description holds what the API does."""

import msgspec
import pytest

from gateway.api import bodies
from gateway.api.app import HANDLERS
from gateway.api.described import OPERATIONS, READS
from gateway.api.examples import ANSWERS, BODIES, RESULTS
from gateway.problems import KNOWN, status_of
from gateway.refusals import LEDGER, SECTIONS

POLICIES = {"card_exists", "store_already_linked"}
"""Refused to what follows on an enrollment; no caller sees them."""


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


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_the_example_of_a_result_is_right(name: str) -> None:
    """Read and written again nothing is missing, so no field is misspelt."""
    read = msgspec.json.decode(msgspec.json.encode(RESULTS[name]), type=OPERATIONS[name].result)
    assert msgspec.to_builtins(read).keys() >= RESULTS[name].keys()


def test_every_write_of_the_ledger_has_a_result_and_nothing_else_has() -> None:
    assert set(RESULTS) == set(OPERATIONS) <= {handler.operation_id for handler in HANDLERS}
    others = {handler.operation_id for handler in HANDLERS if handler.http_methods != {"GET"}} - set(OPERATIONS)
    assert others == {
        "initialise_platform", "register_merchant", "open_store", "set_join_form", "issue_key", "revoke_key",
        "enroll_customer", "find_cards", "set_birthday_consent", "change_birthday",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(READS))
def test_the_example_of_an_answer_is_right(name: str) -> None:
    """Read and written again it is what it was, so no field is misspelt or missing."""
    read = msgspec.json.decode(msgspec.json.encode(ANSWERS[name]), type=READS[name].result)
    assert msgspec.json.decode(msgspec.json.encode(read)) == ANSWERS[name]


def test_what_can_be_asked_of_the_ledger_is_described() -> None:
    asked = {handler.operation_id for handler in HANDLERS if handler.http_methods == {"GET"}}
    assert set(READS) == set(ANSWERS) == asked - {"see_ticket", "see_command", "open_test_form"}


async def test_what_comes_of_a_write_is_described_exactly(api) -> None:
    document = await described(api)
    operation = document["paths"]["/v1/cards/{card_id}/points"]["post"]
    content = operation["responses"]["200"]["content"]["application/json"]
    outcome = document["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[-1]]
    assert outcome["properties"]["result"] == {"$ref": "#/components/schemas/PointsEarned"}
    assert "result" in outcome["required"]
    assert content["examples"]["example"]["value"]["result"] == RESULTS["earn_points"]


async def test_every_refusal_of_an_operation_is_described_by_its_status(api) -> None:
    for item in (await described(api))["paths"].values():
        for operation in item.values():
            found = {**OPERATIONS, **READS}.get(operation["operationId"])
            examples = {
                code: int(status)
                for status, response in operation["responses"].items()
                for code in response.get("content", {}).get("application/problem+json", {}).get("examples", {})
            }
            assert examples == {code: status_of(code) for code in (found.refusals if found else ())}


async def test_every_refusal_has_an_example(api) -> None:
    examples = (await described(api))["components"]["examples"]
    assert {code: example["value"]["code"] for code, example in examples.items()} == {code: code for code in KNOWN}


def test_every_refusal_is_the_end_of_some_operation() -> None:
    ends = {code for described in OPERATIONS.values() for code in described.refusals}
    work = {refusal.code for refusal in SECTIONS[-1].refusals}
    assert ends | work | POLICIES == set(LEDGER)


async def test_the_schema_of_rules_names_what_may_be_set(api) -> None:
    schemas = (await described(api))["components"]["schemas"]
    assert schemas["RulesBody"]["additionalProperties"] is False
    kinds = schemas["RulesBody"]["properties"]["expiry"]["discriminator"]["mapping"]
    assert set(kinds) == {"none", "rolling", "fixed", "inactivity"}
