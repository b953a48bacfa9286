"""A pass that is gone or shows something else than its card is found and named."""

from typing import Any
from uuid import uuid4

import pytest

from stampbook_cli.auditing.pass_checks import KeptPass, check_shown

CARD = uuid4()
KEPT = KeptPass(card=CARD, points=70, stamps=3, stamp_target=10)


def shown(points: Any = 70, stamps: str | None = "3/10") -> dict[str, Any]:
    resource: dict[str, Any] = {
        "id": f"3388000000022160431.card-{CARD.hex}",
        "loyaltyPoints": {"balance": {"int": points}},
    }
    if stamps is not None:
        resource["secondaryLoyaltyPoints"] = {"balance": {"string": stamps}}
    return resource


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    check = check_shown([KEPT], [shown()])
    assert (check.name, check.counted, check.found) == ("wallet.passes_show_their_cards", 1, [])


def test_a_balance_too_large_for_a_number_is_a_text() -> None:
    large = KeptPass(card=CARD, points=2**40, stamps=0, stamp_target=None)
    assert check_shown([large], [shown() | {"loyaltyPoints": {"balance": {"string": str(2**40)}}}]).found == []


WRONG: dict[str, tuple[list[dict[str, Any]], str]] = {
    "gone": ([], "acknowledged, and the wallet has none"),
    "behind": ([shown(50)], "shows 50 points, the card has 70"),
    "without points": (
        [{"id": shown()["id"], "secondaryLoyaltyPoints": {"balance": {"string": "3/10"}}}],
        "shows None points",
    ),
    "stamps behind": ([shown(stamps="2/10")], "shows 2/10 stamps, the card has 3/10"),
    "without stamps": ([shown(stamps=None)], "shows None stamps, the card has 3/10"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_what_was_planted_is_found_and_named(fault: str) -> None:
    resources, words = WRONG[fault]
    (complaint,) = check_shown([KEPT], resources).found
    assert complaint.startswith(f"pass of card {CARD}: {words}")
