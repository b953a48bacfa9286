"""Refusals: status, type, headers."""

import pytest

from gateway.problems import KNOWN, Refused, status_of


@pytest.mark.parametrize("code", sorted(KNOWN))
def test_a_problem_has_a_stable_type_and_words(code: str) -> None:
    problem = Refused(code).problem("r-1")
    assert problem.type == f"/problems/{code}"
    assert problem.code == code
    assert problem.title.endswith(".")
    assert 400 <= problem.status < 600


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("card_unknown", 404),
        ("ticket_unknown", 404),
        ("time_zone_unknown", 422),
        ("field_required:email", 422),
        ("receipt_already_recorded", 409),
        ("subdomain_taken", 409),
        ("setup_token_wrong", 401),
        ("too_late", 410),
    ],
)
def test_refusals_of_the_services_have_their_status(code: str, status: int) -> None:
    assert status_of(code) == status


def test_a_code_with_a_part_behind_it_keeps_its_type() -> None:
    problem = Refused("field_required:email").problem("")
    assert problem.type == "/problems/field_required"
    assert problem.code == "field_required:email"


def test_who_should_come_back_is_told_when() -> None:
    assert Refused("unavailable").headers["Retry-After"]
    assert Refused("too_many_requests").headers["Retry-After"]
    assert "Retry-After" not in Refused("not_found").headers


def test_a_missing_credential_is_asked_for() -> None:
    assert Refused("credential_missing").headers["WWW-Authenticate"].startswith("Bearer")


def test_a_refusal_of_the_ledger_says_what_can_be_done() -> None:
    problem = Refused("cooldown", more={"seconds_left": 10}).problem("")
    assert (problem.status, problem.title) == (409, "The card was stamped in this store a moment ago.")
    assert "`override`" in problem.detail
    assert problem.more == {"seconds_left": 10}
