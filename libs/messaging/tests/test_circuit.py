"""A channel's circuit: closed it lets all through, open none, half open one."""

import pytest
from standing_clock import StandingClock

from stampbook_messaging.deliveries.circuit import Circuit


def after_failures(count: int) -> tuple[Circuit, StandingClock]:
    clock = StandingClock()
    circuit = Circuit(clock)
    for _ in range(count):
        circuit.note("ours")
    return circuit, clock


def test_closed_it_lets_everything_through() -> None:
    circuit, _ = after_failures(0)
    assert (circuit.room(8), circuit.room(0)) == (8, 0)


def test_open_it_lets_nothing_through() -> None:
    circuit, _ = after_failures(1)
    assert circuit.room(8) == 0


def test_half_open_it_lets_one_through_if_there_is_room() -> None:
    circuit, clock = after_failures(1)
    clock.seconds += 1
    assert (circuit.room(8), circuit.room(0)) == (1, 0)


@pytest.mark.parametrize(("failures", "pause"), [(0, 1), (1, 2), (2, 4), (5, 32), (6, 60), (50, 60)])
def test_it_stays_open_twice_as_long_each_time_but_a_minute_at_most(failures: int, pause: int) -> None:
    assert after_failures(failures)[0].pause.total_seconds() == pause


@pytest.mark.parametrize("verdict", ["sent", "retry", "dead", "suppressed", "unknown", "again", "missing"])
def test_any_answer_of_the_other_side_closes_it(verdict: str) -> None:
    circuit, _ = after_failures(3)
    circuit.note(verdict)
    assert circuit.room(8) == 8
