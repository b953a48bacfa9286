"""What the gateway needs of the world behind it; the real parts are messaging's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

import msgspec

from stampbook_events import Actor
from stampbook_events.enrollment import Sealed
from stampbook_messaging.bus import Incoming
from stampbook_messaging.commands import CommandResult, Stored
from stampbook_messaging.messages import Answer

T = TypeVar("T")


class CommandPort(Protocol):
    async def send(
        self,
        command: msgspec.Struct,
        *,
        id: UUID,  # noqa: A002  it is the command's id
        merchant: UUID,
        actor: Actor,
        correlation: UUID,
        fingerprint: bytes,
        keys: tuple[UUID, ...] = (),
        causation: UUID | None = None,
        occurred_at: datetime | None = None,
        not_after: datetime | None = None,
        answer_to: str | None = None,
        traceparent: str | None = None,
    ) -> Stored: ...


class AnswerPort(Protocol):
    @property
    def instance(self) -> str: ...

    def expect(self, command_id: UUID) -> asyncio.Future[Answer]: ...

    async def wait(self, expected: asyncio.Future[Answer], timeout_seconds: float) -> Answer | None: ...

    async def ask(
        self, command_type: str, command_id: UUID, merchant: UUID, seq: int | None = None
    ) -> CommandResult: ...


class QueryPort(Protocol):
    async def ask(
        self, service: str, name: str, request: msgspec.Struct, reply: type[T], *, timeout_seconds: float = 2.0
    ) -> T: ...


class SealPort(Protocol):
    async def seal(self, service: str, plain: bytes) -> Sealed: ...


class LivePort(Protocol):
    async def subscribe(
        self, subject: str, callback: Callable[[Incoming], Awaitable[None]], queue: str = ""
    ) -> Any: ...

    def on_reconnect(self, callback: Callable[[], None]) -> None: ...
