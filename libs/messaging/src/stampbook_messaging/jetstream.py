"""The few JetStream calls we make, as plain requests: consumers that keep no position, and streams' tails."""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from stampbook_messaging.bus import ApiRefused, Bus, refused

NOT_FOUND = 10037
STREAM_NOT_FOUND = 10059
CONSUMER_NOT_FOUND = 10014
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BEYOND_MICROSECONDS = re.compile(r"(\.\d{6})\d+")


@dataclass(frozen=True, slots=True)
class StreamState:
    """*replicated*: a leader that was replaced and does not know it yet may have answered, with an older state."""

    created: datetime
    first_seq: int
    last_seq: int
    messages: int
    replicated: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    seq: int
    subject: str
    data: bytes
    headers: dict[str, str]
    time: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """What the reply subject of a delivered message says."""

    stream_seq: int
    consumer_seq: int
    timestamp_ns: int
    pending: int

    @property
    def stored_at(self) -> datetime:
        """To the microsecond, the rest cut off: whichever way a message is read, its time is the same."""
        return _EPOCH + timedelta(microseconds=self.timestamp_ns // 1000)


def position_of(reply: str) -> Position:
    """Parse ``$JS.ACK.…`` in its form of 9 tokens or the newer one of 11 and more."""
    tokens = reply.split(".")
    offset = 0 if len(tokens) == 9 else 2
    return Position(int(tokens[5 + offset]), int(tokens[6 + offset]), int(tokens[7 + offset]), int(tokens[8 + offset]))


async def _call(bus: Bus, subject: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    payload = msgspec.json.encode(body) if body is not None else b""
    answer: dict[str, Any] = msgspec.json.decode((await bus.request(subject, payload, timeout_seconds=5.0)).data)
    if answer.get("error"):
        raise refused(answer["error"])
    return answer


async def stream_state(bus: Bus, stream: str) -> StreamState:
    """Raises ``ApiRefused`` with ``STREAM_NOT_FOUND`` when there is no such stream."""
    answer = await _call(bus, f"$JS.API.STREAM.INFO.{stream}")
    state = answer["state"]
    created = msgspec.convert(answer["created"], datetime)
    replicated = answer["config"]["num_replicas"] > 1
    return StreamState(created, state["first_seq"], state["last_seq"], state["messages"], replicated)


async def message_at(bus: Bus, stream: str, seq: int) -> Stored | None:
    """The stored message with this sequence; None if it is gone."""
    return await _stored(bus, stream, {"seq": seq})


async def next_message(bus: Bus, stream: str, from_seq: int, subject_filter: str) -> Stored | None:
    """The first message at or behind *from_seq* that the filter fits."""
    return await _stored(bus, stream, {"seq": from_seq, "next_by_subj": subject_filter})


async def _stored(bus: Bus, stream: str, which: dict[str, Any]) -> Stored | None:
    try:
        answer = await _call(bus, f"$JS.API.STREAM.MSG.GET.{stream}", which)
    except ApiRefused as trouble:
        if trouble.code == NOT_FOUND:
            return None
        raise
    message = answer["message"]
    return Stored(
        message["seq"],
        message["subject"],
        base64.b64decode(message.get("data", "")),
        _headers(base64.b64decode(message.get("hdrs", ""))),
        msgspec.convert(_BEYOND_MICROSECONDS.sub(r"\1", message["time"]), datetime),
    )


def _headers(block: bytes) -> dict[str, str]:
    lines = block.decode().split("\r\n")[1:]
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs}


async def create_reader(bus: Bus, stream: str, name: str, subject_filter: str, start_seq: int) -> int:
    """Make an ephemeral, ack-none pull consumer with one filter that starts at *start_seq*; it keeps no position.

    Returns how many messages it has before it.
    """
    config = {
        "name": name,
        "ack_policy": "none",
        "deliver_policy": "by_start_sequence",
        "opt_start_seq": start_seq,
        "filter_subject": subject_filter,
        "mem_storage": True,
        "num_replicas": 1,
        "inactive_threshold": 60_000_000_000,
        "replay_policy": "instant",
        "max_waiting": 8,
    }
    subject = f"$JS.API.CONSUMER.CREATE.{stream}.{name}.{subject_filter}"
    made = await _call(bus, subject, {"stream_name": stream, "config": config, "action": "create"})
    return int(made["num_pending"])


async def delete_reader(bus: Bus, stream: str, name: str) -> None:
    try:
        await _call(bus, f"$JS.API.CONSUMER.DELETE.{stream}.{name}")
    except ApiRefused as trouble:
        if trouble.code not in {CONSUMER_NOT_FOUND, STREAM_NOT_FOUND}:
            raise
