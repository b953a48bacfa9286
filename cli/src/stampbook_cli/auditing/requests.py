"""What the clients of a run asked for and how each request ended, folded from the lines of their histories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from stampbook_cli.auditing.history import Answered, Asking, Line, Sent

End = Literal["applied", "stored", "refused", "unknown", "not_stored"]

_MADE = frozenset({200, 303})
_STORED = 202
_NOTHING_STORED = "unavailable"
_ANOTHERS_ANSWER = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Sending:
    """One time a request was sent. *began* and *ended* count the lines of its history; no *answer*: its end is unknown."""

    client: str
    history: int
    began: int
    ended: int | None = None
    answer: Answered | None = None


@dataclass(slots=True)
class Request:
    """All sendings of one and the same request, by whichever client."""

    asking: Asking
    sendings: list[Sending] = field(default_factory=list)

    @property
    def end(self) -> End:
        """What is known for sure; a later answer knows more than an earlier one that never came."""
        if self.made:
            return "applied"
        if any(answer.status == _STORED for answer in self.answers):
            return "stored"
        if any(_decided_against(answer) for answer in self.answers):
            return "refused"
        if all(sending.answer is not None and _turned_away(sending.answer) for sending in self.sendings):
            return "not_stored"
        return "unknown"

    @property
    def answers(self) -> list[Answered]:
        return [sending.answer for sending in self.sendings if sending.answer is not None]

    @property
    def made(self) -> list[Answered]:
        """The answers that say what was done."""
        return [answer for answer in self.answers if answer.status in _MADE]

    @property
    def denied(self) -> list[Answered]:
        """The answers that say that nothing will be done."""
        return [answer for answer in self.answers if _decided_against(answer)]

    @property
    def command_ids(self) -> set[UUID]:
        return {answer.command_id for answer in self.answers if answer.command_id and not _is_anothers(answer)}

    @property
    def card(self) -> UUID | None:
        return self.asking.card or next((answer.card for answer in self.answers if answer.card), None)

    @property
    def said(self) -> str:
        """How a finding names it: nothing in it is personal."""
        client = self.sendings[0].client
        to = f" on card {self.card}" if self.card else ""
        return f"{client}'s {self.asking.kind} {self.asking.key}{to}"


def requests_of(histories: Iterable[Sequence[Line]]) -> list[Request]:
    """The requests in the order in which they were first sent."""
    found: dict[Asking, Request] = {}
    for number, lines in enumerate(histories):
        for asking, sending in _sendings(number, lines):
            found.setdefault(asking, Request(asking)).sendings.append(sending)
    return list(found.values())


def _sendings(history: int, lines: Sequence[Line]) -> list[tuple[Asking, Sending]]:
    ends: Mapping[tuple[str, int], tuple[int, Line]] = {
        (line.client, line.number): (at, line) for at, line in enumerate(lines) if not isinstance(line, Sent)
    }
    found = []
    for began, line in enumerate(lines):
        if isinstance(line, Sent):
            ended, end = ends.get((line.client, line.number), (None, None))
            answer = end if isinstance(end, Answered) else None
            found.append((line.asking, Sending(line.client, history, began, ended, answer)))
    return found


def _is_anothers(answer: Answered) -> bool:
    """The key was used for something else before: the command that is named is not this request's."""
    return answer.code == _ANOTHERS_ANSWER


def _decided_against(answer: Answered) -> bool:
    return 400 <= answer.status < 500 and answer.command_id is not None and not _is_anothers(answer)


def _turned_away(answer: Answered) -> bool:
    return 400 <= answer.status < 500 or answer.code == _NOTHING_STORED
