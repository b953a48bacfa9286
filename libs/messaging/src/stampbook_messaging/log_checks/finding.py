"""One thing that is wrong with a log, and exactly where."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

What = Literal[
    "altered",  # bytes or hash are not those that were recorded
    "missing",  # an event that was recorded is not there
    "reordered",  # an event lies where another one belongs
    "head_differs",  # the running head is not the partition's
    "row_differs",  # a row that is kept beside the log says otherwise than the log
    "seal_differs",  # a seal does not agree with the log, with its event or with the seal outside
    "seal_missing",  # a seal that was made is not there
    "stream_differs",  # the event stream says otherwise than the log
]


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """*said* tells it in words, without the place; *seal* is the number of one."""

    what: What
    service: str
    said: str
    partition: int | None = None
    position: int | None = None
    event_id: UUID | None = None
    merchant: UUID | None = None
    aggregate: UUID | None = None
    version: int | None = None
    seal: int | None = None

    @property
    def text(self) -> str:
        named = {
            "partition": self.partition,
            "position": self.position,
            "event": self.event_id,
            "merchant": self.merchant,
            "aggregate": self.aggregate,
            "version": self.version,
            "seal": self.seal,
        }
        where = [f"{name} {value}" for name, value in named.items() if value is not None]
        return f"{' '.join([self.service, *where])}: {self.said}"
