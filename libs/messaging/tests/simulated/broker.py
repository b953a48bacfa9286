"""JetStream as far as we use it, in memory: streams, readers that keep no position, batches, and core messages.

It says what nats-server 2.15 says (`test_broker.py` asks both), in time that may be virtual.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from readers import Deliver, Readers
from stored import Former, Message, Stream, matches

from stampbook_events.subjects import partition_of

_BATCH_SECONDS = 10.0
_REPLICAS = 3

WRONG_LAST = {"code": 400, "err_code": 10071, "description": "wrong last sequence"}
NO_MESSAGE = {"code": 404, "err_code": 10037, "description": "no message found"}
NO_STREAM = {"code": 404, "err_code": 10059, "description": "stream not found"}
DUPLICATE_IN_BATCH = {"code": 400, "err_code": 10201, "description": "batch contains duplicate message id"}
INCOMPLETE_BATCH = {"code": 400, "err_code": 10176, "description": "batch publish is incomplete and was abandoned"}


@dataclass
class Broker:
    """*clock* gives the time on the messages; *replicated* answers a doubled publish as R3 does.

    *remembers_seconds*: so long an id is known; what comes after that must not matter to anybody.
    """

    clock: Callable[[], datetime]
    replicated: bool = False
    remembers_seconds: float = 120.0
    heard: Callable[[str], None] = lambda _: None
    streams: dict[str, Stream] = field(default_factory=dict)
    readers: Readers = field(default_factory=Readers)

    @property
    def listening(self) -> dict[str, list[Deliver]]:
        return self.readers.listening

    def make(self, name: str) -> None:
        """A new stream; one of the same name is lost with its readers."""
        old = self.streams.pop(name, None)
        self.streams[name] = Stream(name, self.clock())
        for consumer in old.consumers.values() if old is not None else ():
            self.readers.end_all(consumer)

    def depose(self, name: str, seconds: float) -> None:
        """Another server leads *name* from now on, and the one that did does not know it before *seconds* are over.

        Until then either may answer a look at the stream (ADR-53); what is published goes to the new one alone.
        """
        stream = self.streams.get(name)
        if self.replicated and stream is not None and not self.has_former(name):
            stream.former = Former(stream.last_seq, asyncio.get_running_loop().time() + seconds)

    def has_former(self, name: str) -> bool:
        former = self.streams[name].former if name in self.streams else None
        return former is not None and former.until > asyncio.get_running_loop().time()

    def publish(self, subject: str, data: bytes, headers: dict[str, str], reply: str = "") -> bytes | None:
        """What a stream answers to a publish; None when it says nothing (a part of a batch, or core NATS)."""
        if subject.startswith("$JS.API.CONSUMER.MSG.NEXT."):
            stream, name = subject.split(".")[5:7]
            if stream in self.streams:
                self.readers.pull(self.streams[stream], name, msgspec.json.decode(data), reply)
            return None
        stream_of = self._stream_of(subject)
        if stream_of is None:
            for pattern, ears in self.listening.items():
                if matches(pattern, subject):
                    for ear in list(ears):
                        ear(subject, reply, data, headers or None)
            return None
        if "Nats-Batch-Id" in headers:
            return self._part_of_batch(stream_of, subject, data, headers)
        return msgspec.json.encode(self._store(stream_of, subject, data, headers))

    def call(self, subject: str, data: bytes, *, former: bool = False) -> bytes:
        """An answer of ``$JS.API``; a look at a stream may be answered by its *former* leader."""
        body = msgspec.json.decode(data) if data else {}
        verb, stream, rest = self._verb(subject)
        if stream not in self.streams:
            return msgspec.json.encode({"error": NO_STREAM})
        if former and self.has_former(stream):
            return msgspec.json.encode(verb(self._as_the_former_has_it(self.streams[stream]), rest, body))
        return msgspec.json.encode(verb(self.streams[stream], rest, body))

    def _as_the_former_has_it(self, stream: Stream) -> Stream:
        last = stream.former.last_seq if stream.former is not None else stream.last_seq
        had = {seq: message for seq, message in stream.messages.items() if seq <= last}
        return Stream(stream.name, stream.created, last, had)

    def _verb(
        self, subject: str
    ) -> tuple[Callable[[Stream, list[str], dict[str, Any]], dict[str, Any]], str, list[str]]:
        tokens = subject.removeprefix("$JS.API.").split(".")
        verbs: dict[tuple[str, ...], Any] = {
            ("STREAM", "INFO"): self._info,
            ("STREAM", "MSG", "GET"): self._get,
            ("STREAM", "PURGE"): self._purge,
            ("CONSUMER", "CREATE"): self.readers.create,
            ("CONSUMER", "DELETE"): self.readers.delete,
        }
        for words, verb in verbs.items():
            if tuple(tokens[: len(words)]) == words:
                return verb, tokens[len(words)], tokens[len(words) + 1 :]
        raise ValueError(f"{subject} is nothing this broker answers")

    def _stream_of(self, subject: str) -> Stream | None:
        kind, _, rest = subject.partition(".")
        name = {"cmd": "CMD", "evt": "EVT"}.get(kind)
        return self.streams.get(f"{name}_{rest.partition('.')[0]}") if name else None

    def _store(self, stream: Stream, subject: str, data: bytes, headers: dict[str, str]) -> dict[str, Any]:
        wrong = self._wrong_last(stream, headers)
        known = self._known(stream, headers)
        if known is not None and (self.replicated or not wrong):
            return {"stream": stream.name, "seq": known, "duplicate": True}
        if wrong:
            return {"error": WRONG_LAST}
        return {"stream": stream.name, "seq": self._add(stream, subject, data, headers)}

    def _part_of_batch(self, stream: Stream, subject: str, data: bytes, headers: dict[str, str]) -> bytes | None:
        now = asyncio.get_running_loop().time()
        parts = stream.batches.setdefault(headers["Nats-Batch-Id"], [])
        parts.append((subject, data, headers, now))
        if "Nats-Batch-Commit" not in headers:
            return None
        del stream.batches[headers["Nats-Batch-Id"]]
        return msgspec.json.encode(self._commit(stream, parts, now))

    def _commit(
        self, stream: Stream, parts: list[tuple[str, bytes, dict[str, str], float]], now: float
    ) -> dict[str, Any]:
        numbers = [int(headers["Nats-Batch-Sequence"]) for _, _, headers, _ in parts]
        if numbers != list(range(1, len(parts) + 1)) or now - parts[0][3] > _BATCH_SECONDS:
            return {"error": INCOMPLETE_BATCH}
        if self._wrong_last(stream, parts[0][2]):
            return {"error": WRONG_LAST}
        if any(self._known(stream, headers) is not None for _, _, headers, _ in parts):
            return {"error": DUPLICATE_IN_BATCH}
        for subject, data, headers, _ in parts:
            self._add(stream, subject, data, headers)
        return {"stream": stream.name, "seq": stream.last_seq, "batch": "", "count": len(parts)}

    def _wrong_last(self, stream: Stream, headers: dict[str, str]) -> bool:
        expected, after = headers.get("Nats-Expected-Last-Sequence"), headers.get("Nats-Expected-Last-Msg-Id")
        last = stream.messages.get(stream.last_seq)
        other = after is not None and (last is None or last.headers.get("Nats-Msg-Id") != after)
        return other or (expected is not None and int(expected) != stream.last_seq)

    def _known(self, stream: Stream, headers: dict[str, str]) -> int | None:
        found = stream.ids.get(headers.get("Nats-Msg-Id", ""))
        fresh = found is not None and asyncio.get_running_loop().time() - found[1] <= self.remembers_seconds
        return found[0] if found is not None and fresh else None

    def _add(self, stream: Stream, subject: str, data: bytes, headers: dict[str, str]) -> int:
        stream.last_seq += 1
        self.heard(
            f"{stream.name} {stream.last_seq} is {headers.get('Nats-Msg-Id')} {headers.get('Stampbook-Positions')}"
        )
        if subject.startswith("cmd."):
            _, service, merchant, name = subject.split(".")
            subject = f"cmd.{service}.{partition_of(UUID(merchant))}.{merchant}.{name}"
        stream.messages[stream.last_seq] = Message(stream.last_seq, subject, data, dict(headers), self.clock())
        if "Nats-Msg-Id" in headers:
            stream.ids[headers["Nats-Msg-Id"]] = (stream.last_seq, asyncio.get_running_loop().time())
        for name in list(stream.consumers):
            self.readers.feed(stream, name)
        return stream.last_seq

    def _info(self, stream: Stream, _: list[str], __: dict[str, Any]) -> dict[str, Any]:
        first = min(stream.messages, default=stream.last_seq + 1)
        state = {"first_seq": first, "last_seq": stream.last_seq, "messages": len(stream.messages)}
        config = {"num_replicas": _REPLICAS if self.replicated else 1}
        return {"created": stream.created.isoformat(), "state": state, "config": config}

    def _get(self, stream: Stream, _: list[str], body: dict[str, Any]) -> dict[str, Any]:
        message = stream.messages.get(body["seq"])
        if message is None:
            return {"error": NO_MESSAGE}
        block = "NATS/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in message.headers.items()) + "\r\n"
        return {
            "message": {
                "seq": message.seq,
                "subject": message.subject,
                "data": base64.b64encode(message.data).decode(),
                "hdrs": base64.b64encode(block.encode()).decode(),
                "time": message.at.isoformat(),
            }
        }

    def _purge(self, stream: Stream, _: list[str], body: dict[str, Any]) -> dict[str, Any]:
        pattern, below = body.get("filter", ">"), body.get("seq") or stream.last_seq + 1
        going = [seq for seq, one in stream.messages.items() if seq < below and matches(pattern, one.subject)]
        for seq in going:
            del stream.messages[seq]
        return {"success": True, "purged": len(going)}
