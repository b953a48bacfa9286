"""Sealed boxes: readable by the addressee alone, and asked for their key once a day."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standing_clock import StandingClock

from stampbook_messaging.sealing import (
    BoxUnreadable,
    ReplyKey,
    Sealer,
    SealingKey,
    new_key_pair,
    open_box,
    seal_to,
)

PAIR = new_key_pair()


@given(st.binary(max_size=500))
def test_whoever_has_the_private_key_reads_what_was_sealed(plain: bytes) -> None:
    assert open_box(PAIR.private, seal_to(PAIR.public, plain)) == plain


def test_a_box_does_not_show_what_is_in_it_and_never_looks_the_same() -> None:
    first, second = seal_to(PAIR.public, b"anna@example.lu"), seal_to(PAIR.public, b"anna@example.lu")
    assert b"anna" not in first
    assert first != second


@pytest.mark.parametrize(
    "box",
    [b"", b"short", seal_to(new_key_pair().public, b"to another"), bytes(200)],
    ids=["empty", "short", "of another", "zeros"],
)
def test_what_was_sealed_to_another_does_not_open(box: bytes) -> None:
    with pytest.raises(BoxUnreadable):
        open_box(PAIR.private, box)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_box_does_not_open(place: int, change: int) -> None:
    box = bytearray(seal_to(PAIR.public, b"anna"))
    box[place % len(box)] ^= change
    with pytest.raises(BoxUnreadable):
        open_box(PAIR.private, bytes(box))


def test_a_private_key_does_not_show_itself() -> None:
    assert repr(PAIR.private) not in repr(PAIR)


def test_an_answer_can_be_sealed_to_its_asker_alone() -> None:
    asker, other = ReplyKey(), ReplyKey()
    box = seal_to(asker.public, b"the contact")
    assert asker.open(box) == b"the contact"
    with pytest.raises(BoxUnreadable):
        other.open(box)


class KeysOfTheDay:
    """Answers like enrollment, and counts how often it was asked."""

    def __init__(self, clock: StandingClock) -> None:
        self.clock, self.asked = clock, 0

    async def ask(self, service: str, name: str, request: msgspec.Struct, reply: type[SealingKey]) -> SealingKey:
        self.asked += 1
        until = self.clock.now() + timedelta(hours=1)
        return reply(day=f"day {self.asked}", key_id=f"{service}/{name}", public=PAIR.public, use_until=until)


async def test_the_key_of_the_day_is_asked_for_once_a_day() -> None:
    clock = StandingClock()
    keys = KeysOfTheDay(clock)
    sealer = Sealer(keys, clock)  # type: ignore[arg-type]
    first, second = await sealer.seal("enrollment", b"anna"), await sealer.seal("enrollment", b"ben")
    clock.seconds += 3600
    third = await sealer.seal("enrollment", b"carla")
    assert ([first.day, second.day, third.day], keys.asked) == (["day 1", "day 1", "day 2"], 2)
    assert (first.service, first.key_id) == ("enrollment", "enrollment/sealing_key")
    assert open_box(PAIR.private, third.box) == b"carla"
