"""The bytes that are hashed, and the hashes, are fixed for ever."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec

from stampbook_events import GENESIS, Actor, EventEnvelope, body_of, hash_of, running_head

BODY = (
    b'{"id":"44444444-4444-4444-8444-444444444444","type":"ledger.earning_refused.v1",'
    b'"recorded_at":"2026-06-06T12:00:00.000001Z","occurred_at":"2026-06-06T12:00:00Z",'
    b'"aggregate":"22222222-2222-4222-8222-222222222222","version":3,"partition":11,"position":7,'
    b'"merchant":"11111111-1111-4111-8111-111111111111","actor":{"kind":"staff","id":"clerk-7"},'
    b'"correlation":"33333333-3333-4333-8333-333333333333","causation":"33333333-3333-4333-8333-333333333333",'
    b'"data":{"type":"ledger.earning_refused.v1","code":"card_full"}}'
)
FIRST = "25a675316caacb185fbdba74ecf6cf007cdb64fb1d449733313b2e8c73c5c386"
SECOND = "3fa31e5552cabc8cd81a9da00f713b7c692ddd999b8a200402def7f2febfc076"
HEAD = "51556a5ec75b5c46b4c64507fb38ade2700df445a16e0a7a3a8967335c5038fe"


def envelope() -> EventEnvelope:
    return EventEnvelope(
        id=UUID("44444444-4444-4444-8444-444444444444"),
        type="ledger.earning_refused.v1",
        recorded_at=datetime(2026, 6, 6, 12, 0, 0, 1, tzinfo=UTC),
        occurred_at=datetime(2026, 6, 6, 12, 0, tzinfo=UTC),
        aggregate=UUID("22222222-2222-4222-8222-222222222222"),
        version=3,
        partition=11,
        position=7,
        merchant=UUID("11111111-1111-4111-8111-111111111111"),
        actor=Actor(kind="staff", id="clerk-7"),
        correlation=UUID("33333333-3333-4333-8333-333333333333"),
        causation=UUID("33333333-3333-4333-8333-333333333333"),
        data=msgspec.Raw(b'{"type":"ledger.earning_refused.v1","code":"card_full"}'),
    )


def test_an_events_bytes_are_these_and_no_others() -> None:
    assert body_of(envelope()) == BODY


def test_a_hash_covers_the_predecessor_and_the_bytes() -> None:
    first = hash_of(GENESIS, BODY)
    assert (first.hex(), hash_of(first, BODY).hex()) == (FIRST, SECOND)


def test_a_running_head_covers_head_position_and_hash() -> None:
    assert running_head(GENESIS, 7, hash_of(GENESIS, BODY)).hex() == HEAD


def test_the_genesis_is_32_zero_bytes() -> None:
    assert bytes(32) == GENESIS


def test_an_envelope_comes_back_from_its_bytes() -> None:
    assert msgspec.json.decode(BODY, type=EventEnvelope) == envelope()
