"""Telling apart what of a batch is fresh, what was answered before, what must wait and what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from stampbook_events import ids
from stampbook_messaging import dead_letters, parking
from stampbook_messaging.decoding import Undecodable
from stampbook_messaging.event_store import Draft
from stampbook_messaging.inbox import InboxRow, Known
from stampbook_messaging.intake import Item
from stampbook_messaging.messages import Answer, Received

Decoded = Received | Undecodable


@dataclass(slots=True)
class Work:
    """A batch on its way through the transaction; *stream* is where it came from."""

    stream: str
    fresh: list[Received] = field(default_factory=list)
    inbox: list[InboxRow] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    replays: list[tuple[int, int, UUID]] = field(default_factory=list)
    letters: list[dead_letters.DeadLetter] = field(default_factory=list)
    held: list[tuple[UUID, UUID, UUID]] = field(default_factory=list)
    answers: list[tuple[str, Answer]] = field(default_factory=list)

    def sort(
        self,
        decoded: Sequence[Decoded],
        items: Sequence[Item],
        answered: Mapping[UUID, Known],
        parked: dict[parking.Key, UUID],
    ) -> None:
        """*decoded* are *items*, in their order; *answered* and *parked* is what the tables know of them."""
        seen: dict[UUID, Received] = {}
        for one, item in zip(decoded, items, strict=True):
            if isinstance(one, Undecodable):
                if one.id not in answered:  # read again from the stream's start: it was put aside before
                    self._bury(one)
            elif one.envelope.id in answered:
                self._answer_again(one, answered[one.envelope.id])
            elif one.envelope.id in seen:
                self._answer_twin(one, seen[one.envelope.id])
            else:
                seen[one.envelope.id] = one
                behind = parking.behind(one.envelope, parked)
                if behind is None:
                    self.fresh.append(one)
                else:
                    self._wait_behind(one, item, behind)
                    for key in one.envelope.keys:  # whoever comes behind this one on another key waits too
                        parked.setdefault((one.envelope.merchant, key), behind)
                        self.held.append((one.envelope.merchant, key, behind))

    def _bury(self, one: Undecodable) -> None:
        self.inbox.append(
            InboxRow(
                command_id=one.id,
                merchant=ids.PLATFORM,
                partition=one.item.partition,
                cmd_seq=one.item.seq,
                type=one.type,
                fingerprint=b"",
                status="undecodable",
                code=None,
                result=b"{}",
                recorded_at=one.item.recorded_at,
            )
        )
        self.letters.append(parking.undecodable(self.stream, one))

    def _answer_twin(self, one: Received, first: Received) -> None:
        """The same id twice in one batch: the first one's answer serves both, another body is told apart."""
        self.replays.append((one.partition, one.seq, one.envelope.id))
        if one.envelope.fingerprint != first.envelope.fingerprint and one.envelope.answer_to:
            self.answers.append((one.envelope.answer_to, Answer(command_id=one.envelope.id, status="mismatch")))

    def _answer_again(self, one: Received, found: Known) -> None:
        if found.cmd_seq != one.seq:
            self.replays.append((one.partition, one.seq, one.envelope.id))
        same = found.fingerprint == one.envelope.fingerprint
        answer = found.answer if same else Answer(command_id=one.envelope.id, status="mismatch")
        if one.envelope.answer_to:
            self.answers.append((one.envelope.answer_to, answer))

    def _wait_behind(self, one: Received, item: Item, behind: UUID) -> None:
        self.inbox.append(inbox_row(one, "parked", None, b"{}"))
        self.letters.append(parking.waiting(self.stream, one, item, behind))


def id_of(one: Decoded) -> UUID:
    return one.id if isinstance(one, Undecodable) else one.envelope.id


def keys_of(decoded: Sequence[Decoded]) -> list[parking.Key]:
    """What the commands among them park, and mostly write to."""
    return [(one.envelope.merchant, key) for one in decoded if isinstance(one, Received) for key in one.envelope.keys]


def inbox_row(received: Received, status: str, code: str | None, result: bytes) -> InboxRow:
    envelope = received.envelope
    return InboxRow(
        command_id=envelope.id,
        merchant=envelope.merchant,
        partition=received.partition,
        cmd_seq=received.seq,
        type=envelope.type,
        fingerprint=envelope.fingerprint,
        status=status,
        code=code,
        result=result,
        recorded_at=received.recorded_at,
    )
