"""The simulated broker's readers: pull requests, what they are sent, heartbeats, and their end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stored import Consumer, Request, Stream

NO_CONSUMER = {"code": 404, "err_code": 10014, "description": "consumer not found"}

Deliver = Callable[[str, str, bytes, dict[str, str] | None], None]
"""To an inbox: subject, reply, data, headers."""


@dataclass
class Readers:
    """*listening*: who hears what is said to a subject."""

    listening: dict[str, list[Deliver]] = field(default_factory=dict)

    def create(self, stream: Stream, rest: list[str], body: dict[str, Any]) -> dict[str, Any]:
        config = body["config"]
        consumer = Consumer(config["filter_subject"], config["opt_start_seq"])
        stream.consumers[rest[0]] = consumer
        return {"name": rest[0], "num_pending": stream.pending(consumer)}

    def delete(self, stream: Stream, rest: list[str], _: dict[str, Any]) -> dict[str, Any]:
        consumer = stream.consumers.pop(rest[0], None)
        if consumer is None:
            return {"error": NO_CONSUMER}
        self.end_all(consumer)
        return {"success": True}

    def end_all(self, consumer: Consumer) -> None:
        for request in consumer.requests:
            self._end(request, "409", "Consumer Deleted")

    def pull(self, stream: Stream, name: str, body: dict[str, Any], inbox: str) -> None:
        consumer = stream.consumers.get(name)
        if consumer is None:
            return
        loop = asyncio.get_running_loop()
        heartbeat = body.get("idle_heartbeat", 0) / 1e9
        request = Request(inbox, body["batch"], loop.time() + body.get("expires", 30e9) / 1e9, heartbeat)
        consumer.requests.append(request)
        self.feed(stream, name)
        self._tick(consumer, request)

    def feed(self, stream: Stream, name: str) -> None:
        """Send what is there to whoever asked for it."""
        consumer = stream.consumers[name]
        while consumer.requests:
            message = stream.first_for(consumer)
            if message is None:
                return
            request = consumer.requests[0]
            consumer.next_seq, consumer.delivered = message.seq + 1, consumer.delivered + 1
            request.left -= 1
            if not request.left:
                consumer.requests.popleft()
                if request.timer is not None:
                    request.timer.cancel()
            stamp, pending = int(message.at.timestamp() * 1e9), stream.pending(consumer)
            ack = f"$JS.ACK.{stream.name}.{name}.1.{message.seq}.{consumer.delivered}.{stamp}.{pending}"
            self._say(request.inbox, ack, message.data, message.headers, message.subject)

    def _tick(self, consumer: Consumer, request: Request) -> None:
        """Heartbeats while nothing comes, and the end of the request when its time is over."""
        loop = asyncio.get_running_loop()
        if request not in consumer.requests:
            return
        if loop.time() >= request.expires_at:
            consumer.requests.remove(request)
            self._end(request, "408", "Request Timeout")
            return
        if request.timer is not None and request.heartbeat:
            last = {"Nats-Last-Consumer": str(consumer.delivered), "Nats-Last-Stream": str(consumer.next_seq - 1)}
            self._say(request.inbox, "", b"", {"Status": "100", "Description": "Idle Heartbeat", **last})
        pause = min(request.heartbeat or 30.0, request.expires_at - loop.time())
        request.timer = loop.call_later(max(pause, 0.001), self._tick, consumer, request)

    def _end(self, request: Request, status: str, description: str) -> None:
        if request.timer is not None:
            request.timer.cancel()
        left = {"Nats-Pending-Messages": str(request.left)}
        self._say(request.inbox, "", b"", {"Status": status, "Description": description, **left})

    def _say(self, inbox: str, reply: str, data: bytes, headers: dict[str, str] | None, subject: str = "") -> None:
        for ear in self.listening.get(inbox, ()):
            ear(subject or inbox, reply, data, headers)
