"""What becomes of a delivery after an attempt, for every verdict and for any sequence of them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import repeat
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stampbook_messaging.deliveries.machine import IN_DOUBT_AGAIN, SCHEDULE, Next, after, crashed, expired, pause_after
from stampbook_messaging.protocols import Delivery, Outcome

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SOME = UUID(int=1)
STATES = {"pending", "retrying", "sent", "suppressed", "dead", "unknown"}
VERDICTS = ("sent", "retry", "ours", "missing", "dead", "suppressed", "unknown", "again")
ENDED = {"sent", "suppressed", "dead"}
CIRCUIT = timedelta(seconds=8)


def delivery(
    *, attempt: int = 1, in_doubt: bool = False, deadline: datetime = NOW + timedelta(days=4), late: bool = False
) -> Delivery:
    return Delivery(
        id=SOME,
        merchant=SOME,
        consumer="notifier",
        event_id=SOME,
        channel="mail",
        kind="enrollment",
        recipient=SOME,
        payload={},
        attempt=attempt,
        deadline=deadline,
        correlation=SOME,
        in_doubt=in_doubt,
        traceparent=None,
        lease_token=SOME,
        late=late,
    )


def following(verdict: str, one: Delivery | None = None, *, idempotent: bool = False, resends: bool = True) -> Next:
    outcome = Outcome(verdict=verdict, reason="why")
    return after(one or delivery(), outcome, NOW, idempotent=idempotent, resends=resends, circuit=CIRCUIT)


@pytest.mark.parametrize(
    ("verdict", "idempotent", "resends", "in_doubt", "state", "attempt", "alarm"),
    [
        ("sent", False, True, False, "sent", 1, None),
        ("suppressed", False, True, False, "suppressed", 1, None),
        ("dead", False, True, False, "dead", 1, "delivery_dead"),
        ("again", True, True, False, "pending", 1, None),
        ("retry", False, True, False, "retrying", 1, None),
        ("ours", False, True, False, "retrying", 0, None),
        ("missing", False, True, False, "retrying", 1, "delivery_not_found"),
        ("unknown", True, True, False, "retrying", 1, None),
        ("unknown", False, True, False, "retrying", 1, "delivery_in_doubt"),
        ("unknown", False, True, True, "unknown", 1, "delivery_in_doubt"),
        ("unknown", False, False, False, "unknown", 1, "delivery_in_doubt"),
    ],
)
def test_every_verdict_leads_where_the_table_says(
    verdict: str, idempotent: bool, resends: bool, in_doubt: bool, state: str, attempt: int, alarm: str | None
) -> None:
    end = following(verdict, delivery(in_doubt=in_doubt), idempotent=idempotent, resends=resends)
    assert (end.state, end.attempt, end.alarm) == (state, attempt, alarm)


def test_a_verdict_nobody_knows_is_a_bug() -> None:
    with pytest.raises(ValueError, match="perhaps is no verdict"):
        following("perhaps")


def test_trouble_of_ours_comes_back_when_the_circuit_closes() -> None:
    assert following("ours").next_at == NOW + CIRCUIT


def test_a_mail_in_doubt_waits_before_it_is_sent_once_more() -> None:
    end = following("unknown")
    assert (end.next_at, end.in_doubt) == (NOW + IN_DOUBT_AGAIN, True)


@pytest.mark.parametrize(("attempt", "planned"), [*enumerate(SCHEDULE, start=1), (6, SCHEDULE[-1]), (60, SCHEDULE[-1])])
def test_the_pause_grows_by_the_schedule_give_or_take_a_fifth(attempt: int, planned: timedelta) -> None:
    pause = pause_after(delivery(attempt=attempt))
    assert planned * 0.8 <= pause <= planned * 1.2


def test_pauses_of_different_deliveries_are_spread() -> None:
    pauses = {pause_after(another(delivery(), uuid4())) for _ in range(50)}
    assert len(pauses) > 10


def another(one: Delivery, id_: UUID) -> Delivery:
    return Delivery(**{**{name: getattr(one, name) for name in Delivery.__slots__}, "id": id_})


def test_a_server_that_asks_for_more_patience_gets_it() -> None:
    outcome = Outcome(verdict="retry", retry_after=timedelta(hours=1))
    end = after(delivery(), outcome, NOW, idempotent=True, resends=False, circuit=CIRCUIT)
    assert end.next_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("verdict", ["retry", "ours", "missing"])
def test_a_pause_beyond_the_deadline_ends_it(verdict: str) -> None:
    end = following(verdict, delivery(deadline=NOW + timedelta(seconds=3)))
    assert (end.state, end.reason, end.alarm) == ("dead", "deadline_passed: why", "delivery_dead")


def test_what_is_claimed_at_its_deadline_or_later_is_not_tried() -> None:
    end = expired(delivery(late=True))
    assert end is not None
    assert (end.verdict, end.reason) == ("dead", "deadline_passed")
    assert expired(delivery()) is None


def test_a_worker_that_died_before_the_mark_has_done_nothing() -> None:
    assert crashed("claimed") is None


def test_a_worker_that_died_after_the_mark_leaves_a_doubt() -> None:
    doubt = crashed("sending")
    assert doubt is not None
    assert (doubt.verdict, doubt.reason) == ("unknown", "worker_died_while_sending")


def life(verdicts: Iterable[str], *, idempotent: bool, resends: bool, lives_for: timedelta) -> tuple[list[str], Next]:
    """The verdicts a delivery's attempts really led to, until it rests, and the row at the end."""
    deadline, now, attempt, in_doubt, tried = NOW + lives_for, NOW, 0, False, []
    end = Next(state="pending", reason="", attempt=0, next_at=NOW, in_doubt=False)
    for verdict in verdicts:
        one = delivery(attempt=attempt + 1, in_doubt=in_doubt, deadline=deadline, late=now >= deadline)
        outcome = expired(one) or Outcome(verdict=verdict)
        tried.append(outcome.reason or outcome.verdict)
        end = after(one, outcome, now, idempotent=idempotent, resends=resends, circuit=CIRCUIT)
        if end.state in ENDED | {"unknown"}:
            break
        now, attempt, in_doubt = end.next_at + timedelta(seconds=1), end.attempt, end.in_doubt
    return tried, end


LIVES = {
    "verdicts": st.lists(st.sampled_from(VERDICTS), min_size=1, max_size=40),
    "idempotent": st.booleans(),
    "resends": st.booleans(),
    "lives_for": st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=4)),
}


@given(**LIVES)
def test_no_delivery_ever_leaves_the_known_states(
    verdicts: list[str], idempotent: bool, resends: bool, lives_for: timedelta
) -> None:
    _, end = life(verdicts, idempotent=idempotent, resends=resends, lives_for=lives_for)
    assert end.state in STATES
    assert end.attempt >= 0


@given(**LIVES)
def test_what_may_not_be_doubled_is_sent_at_most_once_more_in_doubt(
    verdicts: list[str], idempotent: bool, resends: bool, lives_for: timedelta
) -> None:
    tried, end = life(verdicts, idempotent=False, resends=resends, lives_for=lives_for)
    assert tried.count("unknown") <= (2 if resends else 1)
    if tried.count("unknown") == 2 or (tried[-1] == "unknown" and not resends):
        assert end.state == "unknown"


@given(verdict=st.sampled_from(["retry", "ours", "missing"]), lives_for=LIVES["lives_for"])
def test_the_deadline_ends_whatever_never_succeeds(verdict: str, lives_for: timedelta) -> None:
    _, end = life(repeat(verdict), idempotent=True, resends=False, lives_for=min(lives_for, timedelta(hours=1)))
    assert end.state == "dead"


@given(seconds=st.integers(min_value=0, max_value=10_000), verdict=st.sampled_from(["retry", "ours", "missing"]))
def test_nothing_waits_for_a_time_after_its_deadline(seconds: int, verdict: str) -> None:
    one = delivery(deadline=NOW + timedelta(seconds=seconds))
    end = following(verdict, one)
    assert end.state == "dead" or end.next_at < one.deadline
