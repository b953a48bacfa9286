"""A lie in an answer is found and named: from histories and rows made by hand."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

from stampbook_cli.auditing.history import Answered, Asking, Line, Sent, Unknown
from stampbook_cli.auditing.history_checks import DONE, Effect, Rows, check_histories
from stampbook_cli.auditing.requests import requests_of

AT = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)
CARD, SPACE = uuid4(), uuid4()


def command(number: int) -> UUID:
    return uuid5(SPACE, f"command {number}")


def operation(number: int) -> UUID:
    return uuid5(SPACE, f"event {number}")


AGAIN = 100
"""Added to a number: the same request, sent another time."""


def sent(number: int) -> Sent:
    of = number % AGAIN
    asking = Asking(kind="purchase", key=f"p-{of}", card=CARD, amount=1000, receipt=f"r-{of}")
    return Sent(client="till", number=number, asking=asking, at=AT)


def made(number: int, **changed: Any) -> Answered:
    of = number % AGAIN
    told = {"status": 200, "command_id": command(of), "operation_id": operation(of), "granted": 20}
    return Answered(client="till", number=number, at=AT, **(told | changed))


def refused(number: int, code: str = "currency_not_accepted") -> Answered:
    return Answered(client="till", number=number, status=422, code=code, command_id=command(number % AGAIN), at=AT)


def lost(number: int) -> Unknown:
    return Unknown(client="till", number=number, reason="ReadError", at=AT)


def effect(number: int, version: int | None = None, **changed: Any) -> Effect:
    fields = {
        "event_id": operation(number),
        "command_id": command(number),
        "card": CARD,
        "version": version or number,
        "type": DONE["purchase"],
        "amount": 1000,
        "granted": 20,
        "receipt": f"R-{number}",
    }
    return Effect(**(fields | changed))


def inbox(*numbers: int, status: str = "applied") -> dict[UUID, str]:
    return {command(number): status for number in numbers}


def found(lines: Sequence[Line], rows: Rows) -> dict[str, list[str]]:
    return {check.name: check.found for check in check_histories(requests_of([lines]), rows) if not check.ok}


WHOLE = [sent(1), made(1), sent(2), lost(2), sent(AGAIN + 2), made(AGAIN + 2), sent(3), refused(3), sent(4), lost(4)]
ROWS = Rows(inbox=inbox(1, 2) | inbox(3, status="refused"), effects=[effect(1), effect(2)])
ONE_EFFECT, NONE = "history.acknowledged_have_one_effect", "history.refused_have_none"
AT_MOST, AGREE, ORDER = "history.unknown_have_at_most_one", "history.answers_agree", "history.order_per_card_kept"


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    checks = check_histories(requests_of([WHOLE]), ROWS)
    assert [check.found for check in checks] == [[], [], [], [], []]
    assert {check.name: check.counted for check in checks} == {AGREE: 3, ONE_EFFECT: 2, NONE: 1, AT_MOST: 1, ORDER: 2}


def test_an_unknown_end_may_have_had_its_effect() -> None:
    took = effect(4, command_id=uuid4())
    assert found([sent(4), lost(4)], Rows(inbox={}, effects=[took])) == {}


def test_a_refusal_for_a_receipt_that_another_bears_is_no_lie() -> None:
    again = Asking(kind="purchase", key="p-9", card=CARD, amount=1000, receipt="r-1")
    lines = [sent(1), made(1), Sent(client="till", number=9, asking=again, at=AT), refused(9, "receipt_known")]
    assert found(lines, Rows(inbox=inbox(1) | inbox(9, status="refused"), effects=[effect(1)])) == {}


def test_what_is_only_stored_may_be_refused_later() -> None:
    lines = [sent(1), made(1, status=202, operation_id=None, granted=None)]
    assert found(lines, Rows(inbox=inbox(1, status="refused"))) == {}


def test_sent_at_the_same_time_any_order_is_right() -> None:
    lines = [sent(1), sent(2), made(2), made(1)]
    assert found(lines, Rows(inbox=inbox(1, 2), effects=[effect(1, 1), effect(2, 2)])) == {}
    assert found(lines, Rows(inbox=inbox(1, 2), effects=[effect(1, 2), effect(2, 1)])) == {}


P1, P2 = rf"till's purchase p-1 on card {CARD}", rf"till's purchase p-2 on card {CARD}"
ONCE, TWICE = [sent(1), made(1)], [sent(1), made(1), sent(2), made(2)]
TWO = Rows(inbox=inbox(1, 2), effects=[effect(1), effect(2)])
LIES: dict[str, tuple[list[Line], Rows, str, str]] = {
    "effect lost": (ONCE, Rows(inbox=inbox(1)), ONE_EFFECT, f"{P1}: acknowledged, 0 effects"),
    "command lost": (ONCE, Rows(), ONE_EFFECT, f"{P1}: acknowledged, its command {command(1)} is in no inbox"),
    "decided otherwise": (ONCE, Rows(inbox=inbox(1, status="refused")), ONE_EFFECT, f"{P1}: .* is refused"),
    "effect doubled by the same command": (
        ONCE,
        Rows(inbox=inbox(1), effects=[effect(1), effect(1, event_id=operation(9))]),
        ONE_EFFECT,
        f"{P1}: acknowledged, 2 effects: .*{operation(9)}",
    ),
    "effect doubled by another command": (
        ONCE,
        Rows(inbox=inbox(1), effects=[effect(1), effect(9, receipt="r-1")]),
        ONE_EFFECT,
        f"{P1}: acknowledged, 2 effects: .*{operation(9)}",
    ),
    "stored, refused, done": (
        [sent(1), made(1, status=202)],
        Rows(inbox=inbox(1, status="refused"), effects=[effect(1)]),
        ONE_EFFECT,
        f"{P1}: refused, and yet ledger.points_earned.v1 {operation(1)}",
    ),
    "other points": (ONCE, Rows(inbox=inbox(1), effects=[effect(1, granted=21)]), ONE_EFFECT, f"{P1}: .* grants 21"),
    "other amount": (
        ONCE,
        Rows(inbox=inbox(1), effects=[effect(1, amount=10)]),
        ONE_EFFECT,
        f"{P1}: .* asked were 1000",
    ),
    "other card": (
        ONCE,
        Rows(inbox=inbox(1), effects=[effect(1, card=SPACE)]),
        ONE_EFFECT,
        f"{P1}: .* on card {SPACE}",
    ),
    "other kind": (
        ONCE,
        Rows(inbox=inbox(1), effects=[effect(1, type=DONE["stamps"])]),
        ONE_EFFECT,
        f"{P1}: .* is ledger.stamps_earned",
    ),
    "other operation": (
        [sent(1), made(1, operation_id=operation(7))],
        Rows(inbox=inbox(1), effects=[effect(1)]),
        ONE_EFFECT,
        f"{P1}: event {operation(1)} is not the operation {operation(7)}",
    ),
    "refused and done": (
        [sent(1), refused(1)],
        Rows(inbox=inbox(1, status="refused"), effects=[effect(1)]),
        NONE,
        f"{P1}: refused, and yet ledger.points_earned.v1 {operation(1)}",
    ),
    "said that nothing was stored": (
        [sent(1), made(1, status=503, code="unavailable", operation_id=None, granted=None)],
        Rows(inbox=inbox(1), effects=[effect(1)]),
        NONE,
        f"{P1}: not stored, and yet ledger.points_earned.v1 {operation(1)}",
    ),
    "unknown and done twice": (
        [sent(1), lost(1)],
        Rows(effects=[effect(1), effect(9, receipt="r-1")]),
        AT_MOST,
        f"{P1}: its end is unknown, 2 effects: .*{operation(1)}.*{operation(9)}",
    ),
    "answered twice, differently": (
        [*ONCE, sent(AGAIN + 1), made(AGAIN + 1, granted=30)],
        Rows(inbox=inbox(1), effects=[effect(1)]),
        AGREE,
        f"{P1}: 2 different answers",
    ),
    "answered and refused": (
        [*ONCE, sent(AGAIN + 1), refused(AGAIN + 1)],
        Rows(inbox=inbox(1), effects=[effect(1)]),
        AGREE,
        f"{P1}: answered as done and as refused .currency_not_accepted.",
    ),
    "two purchases answered with one": (
        [*ONCE, sent(2), made(2, command_id=command(1), operation_id=operation(1))],
        Rows(inbox=inbox(1), effects=[effect(1)]),
        AGREE,
        f"{P2}: answered with command {command(1)} of {P1}",
    ),
    "order turned round": (
        TWICE,
        Rows(inbox=inbox(1, 2), effects=[effect(1, 8), effect(2, 7)]),
        ORDER,
        f"card {CARD}: till's p-2 is version 7, p-1 before it is version 8",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_was_planted_is_found_and_named(lie: str) -> None:
    lines, rows, check, words = LIES[lie]
    complaints = found(lines, rows).get(check, [])
    assert any(re.search(words, complaint) for complaint in complaints), found(lines, rows)


def test_two_in_their_order_are_right() -> None:
    assert found(TWICE, TWO) == {}
