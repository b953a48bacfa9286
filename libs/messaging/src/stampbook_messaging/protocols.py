"""What a service brings: how it decides commands, how it reacts to events, how it delivers."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec

from stampbook_messaging.messages import Decision, Fact, Received, Recorded

Db = Any
"""An asyncpg connection inside the open transaction; its search_path is the service's schema."""


class Deciding(Protocol):
    """Commands of one service. One instance serves all partitions; a state lives for one batch."""

    commands: Collection[type[msgspec.Struct]]

    async def load(self, db: Db, batch: Sequence[Received]) -> Any:
        """Fetch what the batch touches, one query a table; unseal what is sealed. Raises nothing for absent rows."""
        ...

    def decide(self, state: Any, received: Received) -> Decision:
        """Decide one command and evolve *state* by its facts; pure but for *state*. Refusals are decisions."""
        ...

    async def save(self, db: Db, state: Any) -> None:
        """Write what changed in *state*, set-based: one statement a table."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A delivery that an event asks for. The payload holds ids and settings, never personal data or secrets.

    *suppressed*: the row is written all the same, ended at birth with this reason.
    """

    because_of: Recorded
    channel: str
    kind: str
    recipient: UUID
    payload: dict[str, Any] = field(default_factory=dict)
    lives_for: timedelta = timedelta(days=4)
    suppressed: str | None = None


class Reacting(Protocol):
    """Events that one consumer reads. *handles* lists every event type it is routed; start-up checks it."""

    consumer: str
    handles: Collection[type[msgspec.Struct]]

    async def react(self, db: Db, events: Sequence[Recorded]) -> Sequence[Demand]:
        """Update projections and say what must be delivered; runs in the transaction that moves the cursor."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A claimed delivery. *attempt* counts from 1 and includes this one; *late*: claimed after its deadline."""

    id: UUID
    merchant: UUID
    consumer: str
    event_id: UUID
    channel: str
    kind: str
    recipient: UUID
    payload: dict[str, Any]
    attempt: int
    deadline: datetime
    correlation: UUID
    in_doubt: bool
    traceparent: str | None
    lease_token: UUID
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attempt.

    *verdict*: ``sent``; ``retry`` (transient: 4xx, network); ``ours`` (settings, TLS, login, a party of ours silent: no
    attempt is counted, the circuit opens); ``missing`` (something this one delivery needs was not found, which is our
    fault: tried on and alarmed); ``dead`` (permanent); ``suppressed`` (a positive fact); ``unknown`` (lost after the
    point of no return); ``again`` (sent, but more is wanted by now: back to pending).
    *answer* is what the other side said, addresses masked; *host* is who said it. *sent* is the channel's own: what
    ``settle`` and ``outcome_fact`` need to know of what was sent, however often they are called.
    """

    verdict: str
    reason: str = ""
    host: str = ""
    answer: str = ""
    retry_after: timedelta | None = None
    sent: Any = None


Mark = Callable[[], Awaitable[None]]
"""Sets the delivery to ``sending`` by compare-and-set on the lease; raises ``LeaseLost`` if somebody else has it."""


class Channel(Protocol):
    """One way of delivering: mail, pass, command. Several attempts may run at once.

    *idempotent*: an attempt of unknown end is simply made again, however often. *in_order*: what a later event demands
    for a recipient waits for the end of what an earlier one did.
    """

    name: str
    concurrency: int
    idempotent: bool
    in_order: bool

    async def deliver(self, delivery: Delivery, mark: Mark) -> Outcome:
        """Try once. Calls *mark* right before the point of no return (DATA, PATCH, publish). Bad luck is an Outcome."""
        ...

    def resends_unknown(self, kind: str) -> bool:
        """Whether a delivery of this kind may be repeated (once, same id) when its end is unknown."""
        ...

    def outcome_fact(self, delivery: Delivery, outcome: Outcome, state: str) -> Fact | None:
        """The event that tells what came of it, recorded in the transaction of the state; None for none."""
        ...

    async def settle(self, db: Db, delivery: Delivery, outcome: Outcome) -> Outcome:
        """Last word inside that transaction (a pass may be wanted newer by now): returns the outcome that holds."""
        ...
