"""From a message to a command: everything an envelope claims is held against its subject and its header."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from counter_items import RECORDED_AT, command_item
from hypothesis import given
from hypothesis import strategies as st

from stampbook_events.ledger import EarnPoints, GiveStamps
from stampbook_messaging.decoding import CommandDecoder, Undecodable, rubbish_id
from stampbook_messaging.intake import Item
from stampbook_messaging.messages import Received

MERCHANT = uuid4()
GOOD = command_item(7, merchant=MERCHANT)
DECODER = CommandDecoder("CMD_ledger", [EarnPoints])


def decode(item: Item) -> Received | Undecodable:
    return DECODER.decode(item, now=RECORDED_AT, created=None)


def reason(item: Item) -> str:
    found = decode(item)
    assert isinstance(found, Undecodable)
    return found.reason


def changed(**fields: object) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(GOOD.data) | fields)


def test_a_command_brings_its_place_and_time_along() -> None:
    found = decode(GOOD)
    assert isinstance(found, Received)
    assert (found.seq, found.partition, found.recorded_at) == (GOOD.seq, GOOD.partition, GOOD.recorded_at)
    assert (type(found.command), found.late) == (EarnPoints, False)


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (command_item(1, merchant=MERCHANT, data=b"\xff\x00"), "no envelope"),
        (command_item(1, merchant=MERCHANT, data=b"[]"), "no envelope"),
        (command_item(1, merchant=MERCHANT, data=changed(type="ledger.earn_points.v9")), "unknown type"),
        (command_item(1, GiveStamps(card_id=MERCHANT, store_id=MERCHANT, stamps=1), merchant=MERCHANT), "unknown type"),
        (command_item(1, merchant=MERCHANT, data=changed(merchant=str(uuid4()))), "subject and envelope differ"),
        (command_item(1, merchant=MERCHANT, subject=f"cmd.ledger.1.{MERCHANT}.redeem"), "subject and envelope differ"),
        (command_item(1, merchant=MERCHANT, headers={}), "message id and envelope differ"),
        (command_item(1, merchant=MERCHANT, headers={"Nats-Msg-Id": str(uuid4())}), "message id and envelope differ"),
    ],
)
def test_what_is_not_what_it_claims_is_no_command(item: Item, why: str) -> None:
    assert reason(item).startswith(why)


@pytest.mark.parametrize(
    ("text", "held"), [(r"a\u0000", False), (r"\\\u0000", False), (r"\\u0000", True), (r"\\\\u0000", True)]
)
def test_a_text_with_a_nul_is_none_that_a_log_could_keep(text: str, held: bool) -> None:
    data = GOOD.data.replace(b'"data":{', b'"data":{"more":"' + text.encode() + b'",')
    item = command_item(1, merchant=MERCHANT, data=data, headers=GOOD.headers)
    found = reason(item) if isinstance(decode(item), Undecodable) else ""
    assert ("NUL" in found) is not held


def test_data_of_another_shape_is_no_command() -> None:
    data = {"type": "ledger.earn_points.v1", "amount_minor": "many"}
    item = command_item(1, merchant=MERCHANT, data=changed(data=data), headers=GOOD.headers)
    assert reason(item).startswith("no ledger.earn_points.v1")


def test_a_command_is_late_after_its_time_and_not_at_it() -> None:
    item = Item(**{name: getattr(GOOD, name) for name in Item.__slots__ if name != "data"}, data=changed(not_after=AT))
    assert not DECODER.decode(item, now=AT, created=None).late  # type: ignore[union-attr]
    assert DECODER.decode(item, now=AT + timedelta(seconds=1), created=None).late  # type: ignore[union-attr]


AT = datetime(2026, 6, 1, tzinfo=UTC)


@given(st.binary(max_size=200), st.dictionaries(st.sampled_from(["Nats-Msg-Id", "traceparent"]), st.text(max_size=40)))
def test_no_bytes_whatever_upset_the_decoder(data: bytes, headers: dict[str, str]) -> None:
    assert isinstance(decode(command_item(1, merchant=MERCHANT, data=data, headers=headers)), Undecodable)


def test_an_unreadable_message_has_one_id_for_ever_and_another_on_a_new_stream() -> None:
    assert rubbish_id("CMD_ledger", AT, 5) == rubbish_id("CMD_ledger", AT, 5)
    others = {rubbish_id("CMD_ledger", AT, 6), rubbish_id("CMD_wallet", AT, 5), rubbish_id("CMD_ledger", None, 5)}
    assert rubbish_id("CMD_ledger", AT, 5) not in others
