"""What a consumer does about events that its stream went past: the missing range comes from the owner's log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from stampbook_messaging.cursors import Mark
from stampbook_messaging.event_reading import EventRead
from stampbook_messaging.intake import Item


class Gap(RuntimeError):
    """The stream went on past what we have: the missing range comes from the owner's log."""

    def __init__(self, item: Item, after: int, before: int) -> None:
        super().__init__(f"partition {item.partition}: {after} is followed by {before}")
        self.item, self.partition, self.after, self.before = item, item.partition, after, before


class NotInTheLog(LookupError):
    """The owner's log does not have what its stream went past: it was restored, or lost something."""


class OwnersLog(Protocol):
    async def events(self, owner: str, partition: int, after: int, before: int) -> list[Item]:
        """The events of *owner* in the open range, as items without a place on the stream (sequence 0)."""
        ...


def follow(reads: Sequence[EventRead], marks: dict[int, Mark]) -> list[EventRead]:
    """What is new of *reads*, in order; *marks* are moved on. Raises ``Gap``."""
    new = []
    for one in reads:
        at = marks[one.item.partition]
        seq, pos = max(at.stream_seq, one.item.seq), at.pos
        if one.envelope is not None and one.envelope.position > pos + 1:
            raise Gap(one.item, pos, one.envelope.position)
        if one.envelope is None or one.envelope.position == pos + 1:
            new.append(one)
            pos += one.envelope is not None
        marks[one.item.partition] = Mark(at.epoch, pos, seq)
    return new


async def missing_in(log: OwnersLog, owner: str, gap: Gap) -> list[Item]:
    """Raises ``NotInTheLog`` if *log* has not all of it."""
    missing = await log.events(owner, gap.partition, gap.after, gap.before)
    if len(missing) != gap.before - gap.after - 1:
        raise NotInTheLog(f"{len(missing)} of {gap.before - gap.after - 1} events are in the owner's log")
    return missing
