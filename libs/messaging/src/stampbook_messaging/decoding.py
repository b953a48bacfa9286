"""From a message on a command stream to a command, or to the reason why it is none."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

import msgspec

from stampbook_events import CommandEnvelope, tag_of
from stampbook_messaging.intake import Item
from stampbook_messaging.messages import Received

_RUBBISH = UUID("5b0a7a3e-0000-4000-8000-000000000003")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL in a JSON text; the same six signs behind an odd backslash are only those signs."""

_envelopes = msgspec.json.Decoder(CommandEnvelope)


@dataclass(frozen=True, slots=True)
class Undecodable:
    """A message that is no command of this service; *type* is what it claimed to be, if it did."""

    item: Item
    id: UUID
    type: str
    reason: str


def message_id(item: Item) -> UUID | None:
    try:
        return UUID(item.headers.get("Nats-Msg-Id", ""))
    except ValueError:
        return None


def rubbish_id(stream: str, created: datetime | None, seq: int) -> UUID:
    """The inbox id of a message that has none of its own."""
    return uuid5(_RUBBISH, f"{stream}/{created.isoformat() if created else ''}/{seq}")


def _wrong(item: Item, envelope: CommandEnvelope) -> str:
    """Empty if the message is what its envelope claims and can be kept."""
    _, _, _, merchant, name = item.subject.split(".", 4)
    if merchant != str(envelope.merchant) or name != envelope.type.split(".")[1]:
        return "subject and envelope differ"
    if item.headers.get("Nats-Msg-Id") != str(envelope.id):
        return "message id and envelope differ"
    # To look for the six signs alone is thirty times as quick, and nearly no message has them.
    has_nul = b"\\u0000" in item.data and _NUL.search(item.data)
    return "a text holds NUL, which no log can keep" if has_nul else ""


class CommandDecoder:
    """Decodes the commands of one service; everything an envelope claims is held against subject and header."""

    def __init__(self, stream: str, commands: Collection[type[msgspec.Struct]]) -> None:
        self._stream = stream
        self._types = {tag_of(kind): msgspec.json.Decoder(kind) for kind in commands}

    def decode(self, item: Item, *, now: datetime, created: datetime | None) -> Received | Undecodable:
        return self.judge(self.read(item), now=now, created=created)

    def judge(self, one: Received | Undecodable, *, now: datetime, created: datetime | None) -> Received | Undecodable:
        """What is told only by the database: the time, and which stream this is."""
        if isinstance(one, Undecodable):
            return replace(one, id=rubbish_id(self._stream, created, one.item.seq))
        not_after = one.envelope.not_after
        return replace(one, late=True) if not_after is not None and now > not_after else one

    def read(self, item: Item) -> Received | Undecodable:
        """To be judged; whatever cannot be read has no id of its own until then."""

        def undecodable(claimed: str, reason: str) -> Undecodable:
            return Undecodable(item, _RUBBISH, claimed, reason)

        try:
            envelope = _envelopes.decode(item.data)
        except msgspec.MsgspecError as reason:
            return undecodable("", f"no envelope: {reason}")
        decoder = self._types.get(envelope.type)
        if decoder is None:
            return undecodable(envelope.type, "unknown type")
        if wrong := _wrong(item, envelope):
            return undecodable(envelope.type, wrong)
        try:
            command = decoder.decode(envelope.data)
        except msgspec.MsgspecError as reason:
            return undecodable(envelope.type, f"no {envelope.type}: {reason}")
        return Received(
            envelope=envelope,
            command=command,
            partition=item.partition,
            seq=item.seq,
            recorded_at=item.recorded_at,
            traceparent=item.headers.get("traceparent"),
        )
