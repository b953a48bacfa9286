"""One reader of one partition of one stream: it hands over messages in order, or says that it must be made anew.

nats-py's ``fetch`` stalls, and a consumer that keeps acknowledgements can skip; so the position is the
database's, the consumer is thrown away at every doubt, and a new one starts *at* the last applied message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from stampbook_messaging.bus import Bus, BusUnavailable, Incoming, OutcomeUnknown, Subscription
from stampbook_messaging.clock import Clock
from stampbook_messaging.jetstream import Position, create_reader, delete_reader, position_of
from stampbook_messaging.logging import get_logger

log = get_logger(__name__)

HEARTBEAT_SECONDS = 5.0
_EXPIRES_SECONDS = 30.0
_WINDOW = 512
_LOW = 128

Sink = Callable[[Incoming, Position], None]


@dataclass(slots=True)
class Reader:
    """*after_seq* and *after_id* name the last applied message; *epoch* is the lease it is read under.

    *must_meet*: the first message delivered must be exactly that one (commands); events may have aged away and
    are counted by their own positions instead. *sink* gets every later message, in order; *has_room* says whether
    it wants more. *broken* becomes true at the first doubt, with the reason.
    """

    bus: Bus
    clock: Clock
    stream: str
    subject_filter: str
    name: str
    after_seq: int
    after_id: str | None
    must_meet: bool
    epoch: int
    sink: Sink
    has_room: Callable[[], bool]
    on_broken: Callable[[], None]
    broken: str = ""
    last_seen: float = 0.0
    delivered: int = 0
    pending: int = 0
    _outstanding: int = 0
    _inbox: str = ""
    _subscription: Subscription | None = None

    async def start(self) -> None:
        self._inbox = self.bus.new_inbox()
        self._subscription = await self.bus.subscribe(self._inbox, self._on_message)
        self.pending = await create_reader(
            self.bus, self.stream, self.name, self.subject_filter, max(1, self.after_seq)
        )
        self.last_seen = self.clock.monotonic()
        await self.refill()

    async def stop(self) -> None:
        """Give the consumer back; a server that does not answer will forget it by itself."""
        self.broken = self.broken or "stopped"
        try:
            if self._subscription is not None:
                await self._subscription.unsubscribe()
            if self.bus.is_connected:
                await delete_reader(self.bus, self.stream, self.name)
        except (BusUnavailable, OutcomeUnknown, ConnectionError) as gone:
            log.info("reader.left_behind", reader=self.name, reason=str(gone))

    def check_alive(self) -> None:
        """Called now and then: two missed heartbeats are a doubt."""
        if not self.broken and self.clock.monotonic() - self.last_seen > 2.5 * HEARTBEAT_SECONDS:
            self._break("heartbeats missed")

    def _break(self, reason: str) -> None:
        if not self.broken:
            self.broken = reason
            log.warning("reader.broken", reader=self.name, reason=reason)
            self.on_broken()

    async def refill(self) -> None:
        """Ask for more before the last request runs dry; not while the sink is full."""
        if self.broken or self._outstanding > _LOW or not self.has_room():
            return
        asked = _WINDOW - self._outstanding
        request = {
            "batch": asked,
            "expires": int(_EXPIRES_SECONDS * 1e9),
            "idle_heartbeat": int(HEARTBEAT_SECONDS * 1e9),
        }
        self._outstanding += asked
        try:
            await self.bus.publish(
                f"$JS.API.CONSUMER.MSG.NEXT.{self.stream}.{self.name}", msgspec.json.encode(request), reply=self._inbox
            )
        except BusUnavailable:
            self._break("disconnected")

    async def _on_message(self, message: Incoming) -> None:
        if self.broken:
            return
        self.last_seen = self.clock.monotonic()
        status = (message.headers or {}).get("Status")
        if status is not None and not message.reply.startswith("$JS.ACK"):
            await self._on_status(status, message.headers or {})
            return
        position = position_of(message.reply)
        self.delivered += 1
        self.pending = position.pending
        if position.consumer_seq != self.delivered:
            self._break(f"gap: delivery {position.consumer_seq} where {self.delivered} was due")
            return
        if self.delivered == 1 and self.must_meet and self.after_seq and not self._is_where_we_left(message, position):
            return
        if position.stream_seq > self.after_seq:
            self.sink(message, position)
        self._outstanding -= 1
        await self.refill()

    def _is_where_we_left(self, message: Incoming, position: Position) -> bool:
        found = (message.headers or {}).get("Nats-Msg-Id")
        if position.stream_seq != self.after_seq or (self.after_id is not None and found != self.after_id):
            self._break(f"lost: found message {position.stream_seq} where {self.after_seq} was applied")
            return False
        return True

    async def _on_status(self, status: str, headers: dict[str, str]) -> None:
        if status == "100":
            sent = int(headers.get("Nats-Last-Consumer", self.delivered))
            if sent != self.delivered:  # the last message is missed when nothing comes after it, too
                self._break(f"gap: {sent} were sent, {self.delivered} arrived")
                return
            await self.refill()  # a heartbeat is also the moment to look whether there is room again
        elif status in {"404", "408"}:
            self._outstanding -= min(self._outstanding, int(headers.get("Nats-Pending-Messages", self._outstanding)))
            await self.refill()
        else:
            self._break(f"{status} {headers.get('Description', '')}")
