"""How a request ended, from all the times it was sent."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from stampbook_cli.auditing.history import Answered, Asking, Line, Sent, Unknown
from stampbook_cli.auditing.requests import End, requests_of

AT = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)
PURCHASE = Asking(kind="purchase", key="p-1", card=uuid4(), amount=1000, receipt="r-1")
COMMAND = uuid4()


def sent(number: int, asking: Asking = PURCHASE, client: str = "till") -> Sent:
    return Sent(client=client, number=number, asking=asking, at=AT)


def answered(number: int, status: int, code: str = "", *, command: bool = False) -> Answered:
    return Answered(
        client="till", number=number, status=status, code=code, command_id=COMMAND if command else None, at=AT
    )


def lost(number: int) -> Unknown:
    return Unknown(client="till", number=number, reason="ReadTimeout", at=AT)


ENDS: dict[str, tuple[list[Line], End]] = {
    "answered at once": ([sent(1), answered(1, 200, command=True)], "applied"),
    "stored and no more": ([sent(1), answered(1, 202, command=True)], "stored"),
    "refused by the decider": ([sent(1), answered(1, 422, "receipt_known", command=True)], "refused"),
    "turned away at the door": ([sent(1), answered(1, 429, "too_many_requests")], "not_stored"),
    "nothing was stored": ([sent(1), answered(1, 503, "unavailable", command=True)], "not_stored"),
    "nobody knows": ([sent(1), answered(1, 503, "outcome_unknown", command=True)], "unknown"),
    "a bug of ours": ([sent(1), answered(1, 500, "failed")], "unknown"),
    "a cut line": ([sent(1), lost(1)], "unknown"),
    "no end at all": ([sent(1)], "unknown"),
    "a cut line, then turned away": ([sent(1), lost(1), sent(2), answered(2, 429)], "unknown"),
    "a cut line, then refused": ([sent(1), lost(1), sent(2), answered(2, 422, "x", command=True)], "refused"),
    "a cut line, then answered": ([sent(1), lost(1), sent(2), answered(2, 200, command=True)], "applied"),
    "stored, then answered": ([sent(1), answered(1, 202), sent(2), answered(2, 200, command=True)], "applied"),
    "answered, then a cut line": ([sent(1), answered(1, 200), sent(2), lost(2)], "applied"),
    "the key was another's": ([sent(1), answered(1, 422, "idempotency_key_reused", command=True)], "not_stored"),
}


@pytest.mark.parametrize("story", ENDS)
def test_the_end_is_what_is_known_for_sure(story: str) -> None:
    lines, end = ENDS[story]
    (request,) = requests_of([lines])
    assert request.end == end


def test_the_same_request_by_two_clients_is_one() -> None:
    (request,) = requests_of([[sent(1)], [sent(1, client="other till"), answered(1, 202)]])
    assert [sending.client for sending in request.sendings] == ["till", "other till"]


def test_a_client_that_is_not_named_takes_no_answer_of_another() -> None:
    lines = [sent(1), sent(1, client="other till"), answered(1, 200)]
    (request,) = requests_of([lines])
    assert [sending.answer is not None for sending in request.sendings] == [True, False]


def test_another_amount_under_the_same_key_is_another_request() -> None:
    other = Asking(kind="purchase", key="p-1", card=PURCHASE.card, amount=2000, receipt="r-1")
    assert len(requests_of([[sent(1), sent(2, other)]])) == 2


def test_the_command_of_a_reused_key_is_not_this_requests() -> None:
    (request,) = requests_of([[sent(1), answered(1, 422, "idempotency_key_reused", command=True)]])
    assert request.command_ids == set()
