"""What the reply subject of a delivered message says about its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stampbook_messaging.jetstream import Position, position_of

NUMBERS = st.integers(min_value=0, max_value=2**63)


@pytest.mark.parametrize(
    "reply",
    [
        "$JS.ACK.CMD_ledger.reader-3-1.1.4711.12.1781000000000000000.99",
        "$JS.ACK.hub.AC3F.CMD_ledger.reader-3-1.1.4711.12.1781000000000000000.99",
        "$JS.ACK.hub.AC3F.CMD_ledger.reader-3-1.1.4711.12.1781000000000000000.99.xyz",
        "$JS.ACK._.AC3F.CMD_ledger.reader-3-1.1.4711.12.1781000000000000000.99.xyz.more",
    ],
)
def test_all_forms_of_the_reply_say_the_same(reply: str) -> None:
    assert position_of(reply) == Position(4711, 12, 1781000000000000000, 99)


@given(stream=NUMBERS, consumer=NUMBERS, time=NUMBERS, pending=NUMBERS)
def test_the_numbers_are_read_where_they_stand(stream: int, consumer: int, time: int, pending: int) -> None:
    old = f"$JS.ACK.EVT_ledger.name.1.{stream}.{consumer}.{time}.{pending}"
    new = f"$JS.ACK.hub.ACC.EVT_ledger.name.1.{stream}.{consumer}.{time}.{pending}.token"
    assert position_of(old) == position_of(new) == Position(stream, consumer, time, pending)
