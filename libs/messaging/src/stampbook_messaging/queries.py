"""Asking another service and answering others: request and reply over NATS micro, with typed refusals."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from nats.aio.client import Client
from nats.errors import Error as NatsTrouble
from nats.micro import add_service
from nats.micro.request import ERROR_CODE_HEADER, ERROR_HEADER, Request
from opentelemetry.trace import SpanKind

from stampbook_events.subjects import query_subject
from stampbook_messaging.bus import Bus, BusUnavailable, Denied, OutcomeUnknown, settled
from stampbook_messaging.logging import get_logger
from stampbook_messaging.metrics import METRICS
from stampbook_messaging.telemetry import extract, failed, inject, span

log = get_logger(__name__)

T = TypeVar("T")
Handler = Callable[[Any], Awaitable[msgspec.Struct]]
Answers = Mapping[str, tuple[type[msgspec.Struct], Handler]]

AT_ONCE = 64
"""Queries of one name that are answered at the same time; the others wait in the subscription."""

_REFUSED, _MALFORMED, _FAILED = "409", "400", "500"


class QueryUnavailable(ConnectionError):
    """Nobody answered in time, or whoever answered could not."""


class QueryRefused(RuntimeError):
    """The other side answered with a refusal; *code* says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refusal(RuntimeError):
    """Raised by a handler: the asker gets ``QueryRefused`` with the same *code*."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    if kind not in _decoders:
        _decoders[kind] = msgspec.json.Decoder(kind)
    return _decoders[kind]


@dataclass(frozen=True, slots=True)
class Queries:
    bus: Bus

    async def ask(
        self, service: str, name: str, request: msgspec.Struct, reply: type[T], *, timeout_seconds: float = 2.0
    ) -> T:
        """Ask *service* and decode what it says as *reply*. Raises ``QueryUnavailable`` or ``QueryRefused``."""
        subject = query_subject(service, name)
        with span(f"ask {subject}", kind=SpanKind.CLIENT, messaging__system="nats", rpc__method=subject):
            try:
                answer = await self.bus.request(
                    subject, msgspec.json.encode(request), headers=inject({}) or None, timeout_seconds=timeout_seconds
                )
            except (BusUnavailable, OutcomeUnknown, Denied) as silent:
                METRICS.count("stampbook_queries_asked_total", service=service, query=name, outcome="unavailable")
                raise QueryUnavailable(f"{subject}: {silent}") from silent
            code, text = answer.headers.get(ERROR_CODE_HEADER), answer.headers.get(ERROR_HEADER, "")
            outcome = {None: "ok", _REFUSED: "refused", _MALFORMED: "refused"}.get(code, "unavailable")
            METRICS.count("stampbook_queries_asked_total", service=service, query=name, outcome=outcome)
            if outcome == "refused":
                raise QueryRefused(text)
            if outcome == "unavailable":
                raise QueryUnavailable(f"{subject} failed over there")
            try:
                return _decoder(reply).decode(answer.data)  # type: ignore[no-any-return]
            except msgspec.MsgspecError as other_shape:
                raise QueryUnavailable(f"{subject} answered in another shape: {other_shape}") from None


@dataclass(slots=True)
class Answering:
    """The queries one process answers. ``stop`` takes no new ones and waits for those under way."""

    token: str
    answers: Answers
    _service: Any = None
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    async def stop(self, patience_seconds: float = 5.0) -> None:
        if self._service is not None:
            with suppress(NatsTrouble):  # a connection that is gone has no subscriptions left to end
                await self._service.stop()
        if self._running:
            await asyncio.wait(set(self._running), timeout=patience_seconds)

    async def start(self, client: Client, *, version: str, instance: str) -> None:
        self._service = await add_service(
            client,
            name=self.token,
            version=version,
            description=f"Queries of {self.token}",
            queue_group=self.token,
            metadata={"instance": instance},
        )
        for name, (kind, handler) in self.answers.items():
            await self._service.add_endpoint(
                name=name, subject=query_subject(self.token, name), handler=self._endpoint(name, kind, handler)
            )
        await settled(client)

    def _endpoint(
        self, name: str, kind: type[msgspec.Struct], handler: Handler
    ) -> Callable[[Request], Awaitable[None]]:
        # The library awaits one request after the other: a slow one must not hold up the rest.
        free = asyncio.Semaphore(AT_ONCE)

        async def work(request: Request) -> None:
            try:
                await self._answer(name, kind, handler, request)
            finally:
                free.release()

        async def take(request: Request) -> None:
            await free.acquire()
            task = asyncio.create_task(work(request), name=f"query {self.token}.{name}")
            self._running.add(task)
            task.add_done_callback(self._running.discard)

        return take

    async def _answer(self, name: str, kind: type[msgspec.Struct], handler: Handler, request: Request) -> None:
        subject = query_subject(self.token, name)
        with span(
            f"answer {subject}", context=extract(request.headers), kind=SpanKind.SERVER, rpc__method=subject
        ) as current:
            data, headers, outcome = await self._reply(name, kind, handler, request.data)
            if outcome == "failed":
                failed(current, "query_failed")
            METRICS.count("stampbook_queries_answered_total", query=name, outcome=outcome)
            try:
                await request.respond(data, headers=headers)
            except (NatsTrouble, ValueError) as gone:
                log.info("query.answer_lost", query=name, reason=type(gone).__name__)

    async def _reply(
        self, name: str, kind: type[msgspec.Struct], handler: Handler, data: bytes
    ) -> tuple[bytes, dict[str, str] | None, str]:
        try:
            request = _decoder(kind).decode(data)
        except msgspec.MsgspecError:
            return b"", {ERROR_CODE_HEADER: _MALFORMED, ERROR_HEADER: "request_malformed"}, "refused"
        try:
            return msgspec.json.encode(await handler(request)), None, "ok"
        except Refusal as refusal:
            return b"", {ERROR_CODE_HEADER: _REFUSED, ERROR_HEADER: refusal.code}, "refused"
        except Exception:  # The asker is told, we count it and say where; the process goes on.
            log.exception("query.failed", query=name)
            return b"", {ERROR_CODE_HEADER: _FAILED, ERROR_HEADER: "failed"}, "failed"


class Ping(msgspec.Struct, frozen=True, kw_only=True):
    """A request that asks whether anybody is there."""


class Pong(msgspec.Struct, frozen=True, kw_only=True):
    service: str
    instance: str


async def answer_queries(
    client: Client, token: str, answers: Answers, *, instance: str, version: str = "0.1.0"
) -> Answering:
    """Answer ``q.<token>.<name>`` for every name in *answers*, and ``ping``, together with the service's other processes."""

    async def pong(_: Ping) -> Pong:
        return Pong(service=token, instance=instance)

    answering = Answering(token, {**answers, "ping": (Ping, pong)})
    await answering.start(client, version=version, instance=instance)
    return answering
