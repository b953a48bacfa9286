"""Old shapes become the newest one, in as many steps as there were versions."""

from typing import Any

import msgspec
import pytest

from stampbook_events import UnknownType, command_type, event_type
from stampbook_events.ledger import CardRefused
from stampbook_events.samples import sample_event
from stampbook_events.upcasters import decode_event

CARD = "4b798c1a-8389-5865-a64d-906a1de9bf0e"


def rename(fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "ledger.card_refused.v0b", {"card_id": fields["card"], "code": fields["why"]}


def complete(fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "ledger.card_refused.v1", fields | {"store_id": CARD}


STEPS = {"ledger.card_refused.v0a": rename, "ledger.card_refused.v0b": complete}


def test_an_event_goes_through_every_step_to_the_newest_shape() -> None:
    old = msgspec.json.encode({"type": "ledger.card_refused.v0a", "card": CARD, "why": "card_exists"})
    newest = decode_event("ledger.card_refused.v0a", old, STEPS)
    assert isinstance(newest, CardRefused)
    assert (str(newest.card_id), str(newest.store_id), newest.code) == (CARD, CARD, "card_exists")


def test_an_event_of_the_newest_version_is_decoded_as_it_is() -> None:
    sample = sample_event("ledger.points_earned.v1")
    assert msgspec.json.encode(decode_event(sample.type, sample.data)) == bytes(sample.data)


def test_a_type_nobody_knows_is_said_to_be_unknown() -> None:
    with pytest.raises(UnknownType):
        decode_event("ledger.card_melted.v1", b"{}")
    with pytest.raises(UnknownType):
        event_type("ledger.earn_points.v1")
    with pytest.raises(UnknownType):
        command_type("ledger.points_earned.v1")


def test_data_that_does_not_fit_its_type_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_event("ledger.card_refused.v1", b'{"type":"ledger.card_refused.v1","code":7}')
