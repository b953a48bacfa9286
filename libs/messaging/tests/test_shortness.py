"""A stream that seems shorter than it was is believed to be so when nobody who is behind can have said it."""

from datetime import UTC, datetime

import pytest
from standing_clock import StandingClock

from stampbook_messaging.jetstream import StreamState
from stampbook_messaging.shortness import OUTDATED_SECONDS, Shortness

CREATED = datetime(2026, 6, 1, tzinfo=UTC)
PLACE = ("EVT_ledger", 4)


def ending_at(last_seq: int, *, replicated: bool) -> StreamState:
    return StreamState(CREATED, 1, last_seq, last_seq, replicated)


@pytest.mark.parametrize("last_seq", [0, 5])
def test_one_server_is_believed_at_once(last_seq: int) -> None:
    shortness = Shortness(StandingClock())
    assert shortness.is_sure(*PLACE, ending_at(last_seq, replicated=False), 6) is True
    assert shortness.is_sure(*PLACE, ending_at(6, replicated=False), 6) is False


def test_of_several_servers_one_that_is_behind_may_have_answered_until_it_knows_that_it_was_replaced() -> None:
    clock = StandingClock()
    shortness = Shortness(clock)
    answers = []
    for seconds in (0.0, 1.0, OUTDATED_SECONDS):
        clock.seconds += seconds
        answers.append(shortness.is_sure(*PLACE, ending_at(5, replicated=True), 6))
    assert answers == [None, None, True]


def test_who_was_told_the_whole_meanwhile_begins_anew() -> None:
    clock = StandingClock()
    shortness = Shortness(clock)
    shortness.is_sure(*PLACE, ending_at(5, replicated=True), 6)
    assert shortness.is_sure(*PLACE, ending_at(6, replicated=True), 6) is False
    clock.seconds += 2 * OUTDATED_SECONDS
    assert shortness.is_sure(*PLACE, ending_at(5, replicated=True), 6) is None
