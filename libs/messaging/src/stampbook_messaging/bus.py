"""The connection to NATS, with errors that say what is known about a publish."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
import nats.errors
from nats.aio.client import Client

from stampbook_messaging.logging import get_logger
from stampbook_messaging.wire import Outgoing, on_the_wire

log = get_logger(__name__)

PUBLISH_TIMEOUT_SECONDS = 5.0
DUPLICATE_IN_PROCESS = 10158
STREAM_FULL = (10077, 10122)
_RETRIES_IN_PROCESS = 50


class BusUnavailable(ConnectionError):
    """Nothing was sent, or nobody listens: surely not stored."""


class OutcomeUnknown(TimeoutError):
    """Sent, and no answer came: stored or not. Only a retry with the same id may follow."""


class Denied(PermissionError):
    """The server refused the subject to this identity."""


class StreamFull(BusUnavailable):
    """The stream has reached its limit and refuses new messages."""


class ApiRefused(RuntimeError):
    """JetStream answered with an error; *code* is its ``err_code``."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{description} ({code})")
        self.code = code


class WrongServer(ConnectionError):
    """The bus we reached is not the one we are configured for."""


@dataclass(frozen=True, slots=True)
class Reply:
    data: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class PubAck:
    seq: int
    duplicate: bool
    stream: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as a subscription got it; *reply* carries JetStream's positions."""

    subject: str
    reply: str
    data: bytes
    headers: dict[str, str] | None


Callback = Callable[[Incoming], Awaitable[None]]


class Subscription(Protocol):
    async def unsubscribe(self) -> None: ...


class Bus(Protocol):
    """What the rest of messaging needs of a broker; a simulation brings its own."""

    @property
    def is_connected(self) -> bool: ...

    def new_inbox(self) -> str: ...

    async def request(
        self, subject: str, payload: bytes, *, headers: dict[str, str] | None = None, timeout_seconds: float = 2.0
    ) -> Reply: ...

    async def publish(
        self, subject: str, payload: bytes, headers: dict[str, str] | None = None, *, reply: str = ""
    ) -> None: ...

    async def publish_joined(self, messages: Sequence[Outgoing]) -> None: ...

    async def publish_stored(self, subject: str, payload: bytes, headers: dict[str, str]) -> PubAck: ...

    async def subscribe(self, subject: str, callback: Callback, queue: str = "") -> Subscription: ...

    def on_reconnect(self, callback: Callable[[], None]) -> None: ...


class _PublishAnswer(msgspec.Struct):
    stream: str = ""
    seq: int = 0
    duplicate: bool = False
    error: dict[str, Any] | None = None


_answers = msgspec.json.Decoder(_PublishAnswer)


def refused(error: dict[str, Any]) -> ApiRefused:
    return ApiRefused(int(error.get("err_code", 0)), str(error.get("description", "")))


async def settled(client: Client) -> None:
    """Return when the server has taken in what was written so far: what others send from now on is heard.

    The library's flush alone does not tell: it writes its PING past what is still waiting to be written.
    """
    await client._flush_pending(force_flush=True)  # noqa: SLF001
    await client.flush()


@dataclass(slots=True)
class NatsBus:
    """One connection of one identity. *closed* is set when it is gone for good: the process must end."""

    raw: Client
    inbox_prefix: str
    server_name: str | None = None
    cluster_name: str | None = None
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    denied: dict[str, str] = field(default_factory=dict)
    _reconnected: list[Callable[[], None]] = field(default_factory=list)

    @classmethod
    async def connect(
        cls, url: str, *, seed_file: str, identity: str, server_name: str | None, cluster_name: str | None = None
    ) -> NatsBus:
        """Connect to one of the servers in *url* (a comma between them) and prove that it is the expected one.

        Nothing is buffered while disconnected: a command answered 503 must not be applied a minute later.
        """
        bus = cls(Client(), f"_INBOX_{identity}", server_name, cluster_name)
        await bus.raw.connect(
            url.split(","),
            name=f"stampbook-{identity}",
            nkeys_seed=seed_file,
            inbox_prefix=bus.inbox_prefix.encode(),
            pending_size=0,
            ping_interval=10,
            max_outstanding_pings=2,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.25,  # type: ignore[arg-type]
            connect_timeout=5,
            allow_reconnect=True,
            error_cb=bus._on_error,
            disconnected_cb=bus._on_disconnect,
            reconnected_cb=bus._on_reconnect,
            closed_cb=bus._on_closed,
        )
        if (wrong := bus._wrong()) is not None:
            bus.raw._closed_cb = None  # noqa: SLF001  an intended end is no alarm
            await bus.raw.close()
            raise WrongServer(wrong)
        return bus

    def _wrong(self) -> str | None:
        """Why the server reached is not ours, if it is not: any server of our cluster is, or the one we were told."""
        reached = self.raw._server_info  # noqa: SLF001  nats-py offers no other way
        expected = {"server_name": self.server_name, "cluster": self.cluster_name}
        for field_name, name in expected.items():
            found = reached.get(field_name, "")
            if name and found != name:
                variable = "STAMPBOOK_NATS_" + ("SERVER_NAME" if field_name == "server_name" else "CLUSTER_NAME")
                where = self.raw.connected_url
                return f"{variable} is {name!r}, but {where.netloc if where else 'the server'} is {found!r}"
        return None

    @property
    def is_connected(self) -> bool:
        return bool(self.raw.is_connected)

    def new_inbox(self) -> str:
        return str(self.raw.new_inbox())

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        self._reconnected.append(callback)

    async def request(
        self, subject: str, payload: bytes, *, headers: dict[str, str] | None = None, timeout_seconds: float = 2.0
    ) -> Reply:
        try:
            message = await self.raw.request(subject, payload, timeout=timeout_seconds, headers=headers)
        except nats.errors.NoRespondersError as nobody:
            raise BusUnavailable(f"nobody answers on {subject}") from nobody
        except (nats.errors.OutboundBufferLimitError, nats.errors.ConnectionClosedError) as gone:
            raise BusUnavailable("not connected to NATS") from gone
        except nats.errors.ConnectionDrainingError as gone:
            raise BusUnavailable("the connection to NATS is being drained") from gone
        except nats.errors.ConnectionReconnectingError as cut:
            raise OutcomeUnknown(f"the connection was lost before an answer on {subject} came") from cut
        except nats.errors.TimeoutError as late:
            if subject.lower() in self.denied:
                raise Denied(f"not permitted: {self.denied[subject.lower()]}") from late
            raise OutcomeUnknown(f"no answer on {subject} within {timeout_seconds} s") from late
        return Reply(message.data, message.headers or {})

    async def publish(
        self, subject: str, payload: bytes, headers: dict[str, str] | None = None, *, reply: str = ""
    ) -> None:
        try:
            await self.raw.publish(subject, payload, reply=reply, headers=headers)
        except (
            nats.errors.OutboundBufferLimitError,
            nats.errors.ConnectionClosedError,
            nats.errors.ConnectionDrainingError,
        ) as gone:
            raise BusUnavailable("not connected to NATS") from gone

    async def publish_joined(self, messages: Sequence[Outgoing]) -> None:
        """Like ``publish`` of each in turn, but as one write: most of what a small message costs is paid once."""
        if not self.raw.is_connected or self.raw.is_draining_pubs:
            raise BusUnavailable("not connected to NATS")
        await self.raw._send_command(b"".join(map(on_the_wire, messages)))  # noqa: SLF001
        await self.raw._flush_pending()  # noqa: SLF001

    async def publish_stored(self, subject: str, payload: bytes, headers: dict[str, str]) -> PubAck:
        """Publish and wait until the stream has it. Raises ``ApiRefused`` for what the stream says no to."""
        for _ in range(_RETRIES_IN_PROCESS):
            reply = await self.request(subject, payload, headers=headers, timeout_seconds=PUBLISH_TIMEOUT_SECONDS)
            answer = _answers.decode(reply.data)
            if answer.error is None:
                return PubAck(answer.seq, answer.duplicate, answer.stream)
            trouble = refused(answer.error)
            if trouble.code in STREAM_FULL:
                raise StreamFull(str(trouble))
            if trouble.code != DUPLICATE_IN_PROCESS:
                raise trouble
            await asyncio.sleep(0.01)  # The same id is being stored this very moment: ask again with it.
        raise OutcomeUnknown(f"{subject}: the same id stays in process")

    async def subscribe(self, subject: str, callback: Callback, queue: str = "") -> Subscription:
        async def deliver(message: Any) -> None:
            await callback(Incoming(message.subject, message.reply, message.data, message.headers))

        subscription: Subscription = await self.raw.subscribe(
            subject, queue=queue, cb=deliver, pending_msgs_limit=0, pending_bytes_limit=0
        )
        return subscription

    async def close(self) -> None:
        self.raw._closed_cb = self.raw._disconnected_cb = None  # noqa: SLF001  an intended end is no alarm
        await self.raw.drain() if self.raw.is_connected else await self.raw.close()

    async def _on_error(self, error: Exception) -> None:
        text = str(error)
        if "permissions violation" in text.lower():
            subject = text.split('"')[1] if '"' in text else text
            self.denied[subject.lower()] = text
            log.error("bus.permission_denied", subject_denied=subject)
            return
        log.warning("bus.trouble", trouble=type(error).__name__, text=text)

    async def _on_disconnect(self) -> None:
        # What was written but not flushed is dropped with the connection: its callers have been told "unknown".
        self.raw._pending.clear()  # noqa: SLF001
        self.raw._pending_data_size = 0  # noqa: SLF001
        for waiting in list(self.raw._resp_map.values()):  # noqa: SLF001  no answer can come to these any more
            if not waiting.done():
                waiting.set_exception(nats.errors.ConnectionReconnectingError())
                waiting.exception()  # Seen: whoever asked may have given up by now.
        log.warning("bus.disconnected")

    async def _on_reconnect(self) -> None:
        if (wrong := self._wrong()) is not None:
            log.error("bus.wrong_server", reason=wrong)
            self.closed.set()
            return
        log.warning("bus.reconnected")
        for callback in self._reconnected:
            callback()

    async def _on_closed(self) -> None:
        log.error("bus.closed")
        self.closed.set()
