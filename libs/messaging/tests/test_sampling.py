"""All traces in quiet times, and never more than a fixed number a second."""

from opentelemetry.sdk.trace.sampling import Decision

from stampbook_messaging.sampling import AtMost


class Hand:
    """A clock that goes when it is told to."""

    at = 100.0

    def __call__(self) -> float:
        return self.at


def begun(sampler: AtMost, count: int) -> int:
    """How many of *count* traces that begin now are written."""
    results = [sampler.should_sample(None, number, "tap") for number in range(count)]
    return sum(result.decision is Decision.RECORD_AND_SAMPLE for result in results)


def test_a_quiet_second_is_written_whole_and_a_busy_one_in_part() -> None:
    sampler = AtMost(50, Hand())
    assert (begun(sampler, 40), begun(sampler, 40), begun(sampler, 40)) == (40, 10, 0)


def test_as_time_goes_on_so_do_traces() -> None:
    clock = Hand()
    sampler = AtMost(50, clock)
    begun(sampler, 1000)
    clock.at += 0.5
    assert begun(sampler, 1000) == 25


def test_a_quiet_hour_saves_nothing_up() -> None:
    clock = Hand()
    sampler = AtMost(50, clock)
    clock.at += 3600
    assert begun(sampler, 1000) == 50
