"""A redeem code is as good as the reward: no event that a merchant's integrators subscribe to says one (R46, F7)."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from stampbook_events import EVENTS, ledger
from stampbook_events.routing import PUBLIC
from stampbook_events.sample_data import EVENT_EXAMPLES


def says_a_secret(kind: Any, seen: frozenset[type] = frozenset()) -> bool:
    """Whether some field of *kind*, however deep, is marked as one."""
    match kind:
        case msgspec.inspect.Metadata(extra={"secret": True}):
            return True
        case msgspec.inspect.StructType(cls=cls, fields=fields):
            return cls not in seen and any(says_a_secret(field.type, seen | {cls}) for field in fields)
        case _:
            return any(says_a_secret(part, seen) for part in parts_of(kind))


def parts_of(kind: Any) -> Iterator[Any]:
    for name in ("type", "item_type", "key_type", "value_type"):
        if (part := getattr(kind, name, None)) is not None:
            yield part
    for name in ("types", "item_types"):
        yield from getattr(kind, name, ())


SECRET = {tag for tag, kind in EVENTS.items() if says_a_secret(msgspec.inspect.type_info(kind))}


def test_what_says_a_redeem_code_is_known() -> None:
    names = {tag.split(".")[1] for tag in SECRET}
    assert names == {"reward_unlocked", "reward_held", "reward_used", "card_replaced"}


@pytest.mark.parametrize("tag", sorted(SECRET))
def test_it_is_not_public(tag: str) -> None:
    assert PUBLIC[tag] is False


def test_no_public_example_holds_a_code_of_those_that_are_not() -> None:
    examples: list[Any] = [EVENT_EXAMPLES[kind] for kind in (ledger.RewardHeld, ledger.RewardUsed)]
    codes = {example.code.encode() for example in examples}
    public = [msgspec.json.encode(EVENT_EXAMPLES[kind]) for tag, kind in EVENTS.items() if PUBLIC[tag]]
    assert codes
    assert [body for body in public if any(code in body for code in codes)] == []
