"""What a seal says, and that anybody can check it."""

import hashlib
import json
from typing import Any

import msgspec
import pytest

from stampbook_events import EVENTS
from stampbook_events.sample_data import EVENT_EXAMPLES
from stampbook_events.seals import LedgerLogSealed, hash_of_text, log_id, seal_event_id, seal_tag, seal_text
from stampbook_events.subjects import PARTITIONS, SERVICES

SEAL: Any = EVENT_EXAMPLES[LedgerLogSealed]
LINE = msgspec.json.encode(SEAL)


def test_a_seal_is_checked_with_nothing_of_ours() -> None:
    fields: dict[str, Any] = json.loads(LINE)
    claimed = fields.pop("hash")
    plain = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(plain.encode()).hexdigest() == claimed
    assert seal_text(msgspec.json.decode(LINE)) == plain.encode()


@pytest.mark.parametrize("name", ["service", "number", "day", "sealed_at", "partitions", "previous", "type"])
def test_every_field_is_covered_by_the_hash(name: str) -> None:
    fields: dict[str, Any] = msgspec.json.decode(LINE)
    fields[name] = f"{fields[name]} "
    assert hash_of_text(seal_text(fields)) != SEAL.hash


def test_a_field_of_a_newer_release_is_covered_too() -> None:
    newer = {**msgspec.json.decode(LINE), "of_tomorrow": 1}
    assert hash_of_text(seal_text(newer)) != SEAL.hash


def test_a_seal_names_every_partition_once() -> None:
    assert [one.id for one in SEAL.partitions] == list(range(PARTITIONS))


def test_every_service_with_a_log_has_its_seal() -> None:
    assert {seal_tag(service) for service in SERVICES} == {tag for tag in EVENTS if ".log_sealed." in tag}


def test_logs_and_days_have_ids_of_their_own() -> None:
    assert len({log_id(service) for service in SERVICES}) == len(SERVICES)
    tomorrow = SEAL.day.replace(day=SEAL.day.day + 1)
    assert seal_event_id("ledger", SEAL.day) != seal_event_id("ledger", tomorrow)
    assert seal_event_id("ledger", SEAL.day) != seal_event_id("wallet", SEAL.day)
