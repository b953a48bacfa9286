"""Idempotency keys, command ids, tickets."""

import re
from uuid import UUID

import pytest

from gateway.command_ids import CommandIds, idempotency_key, new_card_number
from gateway.problems import Refused

IDS = CommandIds(bytes(range(32)))
TENANT = UUID(int=1)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("abc-1", "abc-1"),
        ('"abc-1"', "abc-1"),
        ('"with space"', "with space"),
        ('"q\\"q"', 'q"q'),
        (" a ", "a"),
        ("x" * 255, "x" * 255),
    ],
)
def test_a_key_is_read_quoted_or_bare(header: str, key: str) -> None:
    assert idempotency_key(header) == key


@pytest.mark.parametrize("header", [None, "", "   "])
def test_a_missing_key_is_refused(header: str | None) -> None:
    with pytest.raises(Refused, match="idempotency_key_missing"):
        idempotency_key(header)


@pytest.mark.parametrize("header", ['""', "x" * 256, "é", "a b", '"open', "a\x00b", '"' + "x" * 256 + '"'])
def test_a_key_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(Refused, match="idempotency_key_invalid"):
        idempotency_key(header)


def test_quoted_and_bare_are_one_key() -> None:
    assert idempotency_key('"abc"') == idempotency_key("abc")


def test_the_same_parts_make_the_same_id_and_any_other_part_another() -> None:
    one = IDS.command_id(TENANT, "actor", "route", "key")
    others = {
        IDS.command_id(UUID(int=2), "actor", "route", "key"),
        IDS.command_id(TENANT, "other", "route", "key"),
        IDS.command_id(TENANT, "actor", "other", "key"),
        IDS.command_id(TENANT, "actor", "route", "other"),
        IDS.command_id(TENANT, "actorr", "oute", "key"),
        CommandIds(bytes(32)).command_id(TENANT, "actor", "route", "key"),
    }
    assert one == IDS.command_id(TENANT, "actor", "route", "key")
    assert len(others) == 6
    assert one not in others


def test_an_id_stays_what_it_is() -> None:
    """Golden: a changed rule would make every old retry look new."""
    assert str(IDS.command_id(TENANT, "actor", "route", "key")) == "09b7477b-78e9-88ca-8957-95a5213ea06d"
    assert IDS.fingerprint("ledger.earn_points.v1", ["a", 1]).hex() == "615314f8518b7ae2ee167efa0ffe55d0"
    assert IDS.ticket(UUID(int=7)) == "O65ZQJMHLVDS"


def test_the_order_of_fields_is_no_difference() -> None:
    assert IDS.fingerprint("t", {"a": 1, "b": 2}) == IDS.fingerprint("t", {"b": 2, "a": 1})
    assert IDS.fingerprint("t", {"a": 1}) != IDS.fingerprint("t", {"a": 2})
    assert IDS.fingerprint("t", {"a": 1}) != IDS.fingerprint("u", {"a": 1})


def test_a_ticket_is_twelve_letters_that_are_read_aloud_well() -> None:
    assert re.fullmatch(r"[A-Z2-7]{12}", IDS.ticket(UUID(int=1)))
    assert IDS.ticket(UUID(int=1)) != IDS.ticket(UUID(int=2))


def test_card_numbers_have_sixteen_digits() -> None:
    assert all(re.fullmatch(r"[1-9][0-9]{15}", new_card_number()) for _ in range(50))


def test_the_secret_is_not_shown() -> None:
    assert "secret" not in repr(IDS)
