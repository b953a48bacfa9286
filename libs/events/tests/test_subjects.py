"""The grammar of subjects and the partition of a merchant, both fixed for life."""

from uuid import UUID

import pytest

from stampbook_events import ids, subjects

MERCHANT = UUID("11111111-1111-4111-8111-111111111111")

# What nats-server's own partition(16,1) makes of these ids.
PARTITIONS = {
    "5b0a7a3e-0000-4000-8000-000000000001": 14,
    "11111111-1111-4111-8111-111111111111": 3,
    "22222222-2222-4222-8222-222222222222": 1,
    "6d656d65-0000-4000-8000-0000000000f5": 4,
    "ffffffff-ffff-4fff-bfff-ffffffffffff": 11,
    "00000000-0000-4000-8000-000000000000": 5,
}


@pytest.mark.parametrize(("merchant", "partition"), PARTITIONS.items())
def test_a_merchant_stays_in_its_partition_for_ever(merchant: str, partition: int) -> None:
    assert subjects.partition_of(UUID(merchant)) == partition


def test_there_are_sixteen_partitions() -> None:
    assert subjects.PARTITIONS == 16


def test_the_platform_has_its_fixed_id() -> None:
    assert str(ids.PLATFORM) in PARTITIONS


def test_a_command_is_published_by_service_merchant_and_name() -> None:
    made = subjects.command_subject("ledger.earn_points.v1", MERCHANT)
    assert made == "cmd.ledger.11111111-1111-4111-8111-111111111111.earn_points"


def test_the_type_of_an_event_goes_without_its_version() -> None:
    made = subjects.event_subject("ledger.points_earned.v1", public=True, merchant=MERCHANT, partition=11)
    assert made == "evt.ledger.pub.11111111-1111-4111-8111-111111111111.11.points_earned"


def test_an_internal_event_says_so() -> None:
    made = subjects.event_subject("ledger.card_refused.v1", public=False, merchant=MERCHANT, partition=0)
    assert made.startswith("evt.ledger.int.")


def test_filters_select_one_partition() -> None:
    assert subjects.command_filter("ledger", 3) == "cmd.ledger.3.>"
    assert subjects.event_filter("ledger", 3) == "evt.ledger.*.*.3.>"


def test_streams_queries_and_answers_have_one_name() -> None:
    assert (subjects.command_stream("ledger"), subjects.event_stream("ledger")) == ("CMD_ledger", "EVT_ledger")
    assert subjects.query_subject("ledger", "card") == "q.ledger.card"
    assert subjects.answer_subject("gw-1", MERCHANT) == f"answer.gateway.gw-1.{MERCHANT}"
