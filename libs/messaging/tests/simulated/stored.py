"""What the simulated broker holds: messages, streams, and readers with the requests they have open."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache


@lru_cache(maxsize=4096)
def matches(pattern: str, subject: str) -> bool:
    wanted, found = pattern.split("."), subject.split(".")
    for n, token in enumerate(wanted):
        if token == ">":
            return len(found) > n
        if n >= len(found) or token not in {"*", found[n]}:
            return False
    return len(wanted) == len(found)


@dataclass(slots=True)
class Message:
    seq: int
    subject: str
    data: bytes
    headers: dict[str, str]
    at: datetime


@dataclass(slots=True)
class Request:
    """One pull: how many more may come, until when."""

    inbox: str
    left: int
    expires_at: float
    heartbeat: float
    timer: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class Consumer:
    filter: str
    next_seq: int
    delivered: int = 0
    requests: deque[Request] = field(default_factory=deque)


@dataclass(slots=True)
class Former:
    """A leader that was replaced and does not know it yet: it answers with what it had, for a while."""

    last_seq: int
    until: float


@dataclass(slots=True)
class Stream:
    name: str
    created: datetime
    last_seq: int = 0
    messages: dict[int, Message] = field(default_factory=dict)
    ids: dict[str, tuple[int, float]] = field(default_factory=dict)
    consumers: dict[str, Consumer] = field(default_factory=dict)
    batches: dict[str, list[tuple[str, bytes, dict[str, str], float]]] = field(default_factory=dict)
    former: Former | None = None

    def first_for(self, consumer: Consumer) -> Message | None:
        return next(self._for(consumer), None)

    def pending(self, consumer: Consumer) -> int:
        return sum(1 for _ in self._for(consumer))

    def _for(self, consumer: Consumer) -> Iterator[Message]:
        for seq in range(max(consumer.next_seq, 1), self.last_seq + 1):
            message = self.messages.get(seq)
            if message is not None and matches(consumer.filter, message.subject):
                yield message
