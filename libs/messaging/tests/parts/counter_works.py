"""The counter service's parts, wired by hand so that a test can stop, replace or arm each of them."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from counter_house import House, until
from counter_service import Counter

from stampbook_events.subjects import command_filter
from stampbook_messaging import log_checks
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.batch import BatchWriter
from stampbook_messaging.bus import NatsBus
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.decoding import CommandDecoder
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.intake import Intake
from stampbook_messaging.keeper import Keeper
from stampbook_messaging.partitions import Leases
from stampbook_messaging.publishing import Publisher
from stampbook_messaging.relay import Relay
from stampbook_messaging.worker import CommandWorker


@dataclass
class Works:
    house: House
    counter: Counter
    failpoints: Failpoints
    leases: Leases
    worker: CommandWorker
    relay: Relay
    keeper: Keeper
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    @classmethod
    def of(cls, house: House, name: str = "one", bus: NatsBus | None = None) -> "Works":
        """*name* is the process's; *bus* its connection, the house's own if none is given."""
        bus, clock, counter, failpoints = bus or house.ledger, SystemClock(), Counter(), Failpoints()
        alarms, leases = Alarms(house.db), Leases(house.db, name, clock)
        publisher = Publisher(bus=bus, stream="EVT_ledger", failpoints=failpoints)
        about = {"pool": house.db, "bus": bus, "clock": clock, "alarms": alarms}
        relay = Relay(**about, publisher=publisher, failpoints=failpoints, worker=name)
        intake = Intake(bus, clock, "CMD_ledger", partial(command_filter, "ledger"), f"{name}-{uuid4().hex[:6]}")
        worker = CommandWorker(
            **about,
            intake=intake,
            leases=leases,
            writer=BatchWriter(
                stream="CMD_ledger",
                deciding=counter,
                decoder=CommandDecoder("CMD_ledger", counter.commands),
                failpoints=failpoints,
            ),
            failpoints=failpoints,
            recorded=relay.offer,
        )
        keeper = Keeper(**about, token="ledger", leases=leases, relay=relay, commands=intake, sources=[])
        bus._reconnected.clear()
        bus.on_reconnect(partial(keeper.doubt_everything, "reconnected"))
        return cls(house, counter, failpoints, leases, worker, relay, keeper)

    def start(self, *names: str) -> None:
        """Begin the parts called *names*: keeper, worker, relay; all of them if none is named."""
        runs: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "keeper": self.keeper.run,
            "worker": self.worker.run,
            "relay": self.relay.run,
        }
        for name in names or tuple(runs):
            self.tasks[name] = asyncio.create_task(runs[name](), name=name)

    def arm(self, name: str, verb: str = "fail", nth: int = 1) -> None:
        self.failpoints.plans[name] = (verb, nth)

    async def rest(self) -> None:
        """End everything; a part that failed has failed in sight of its test already."""
        self.keeper.stopping = True
        self.worker.stop()
        self.relay.stop()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)
        await self.worker.intake.close_all()
        await self.leases.leave()

    async def kill(self) -> None:
        """End everything where it stands, as the death of the process would."""
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)
        self.tasks.clear()

    async def answered(self, count: int, status: str = "applied", patience_seconds: float = 15.0) -> None:
        """Wait until *count* commands have an inbox row with *status*."""

        async def there() -> bool:
            self.must_run("worker", "keeper")
            return await self.house.inbox(status) >= count

        await until(there, patience_seconds)

    def must_run(self, *names: str) -> None:
        for name in names:
            if name in self.tasks and self.tasks[name].done():
                self.tasks[name].result()

    async def relayed(self, patience_seconds: float = 15.0) -> None:
        """Wait until the stream holds what the log holds."""

        async def level() -> bool:
            self.must_run("relay")
            rows = await self.house.db.fetch("SELECT pos FROM partition ORDER BY id")
            return self.relay._known and self.relay.positions == [row["pos"] for row in rows]

        await until(level, patience_seconds)

    async def complaints(self) -> list[str]:
        """What the checks of the log find wrong."""
        db, operator = self.house.db, self.house.operator
        checks = [
            *await log_checks.check_log(db, "ledger"),
            await log_checks.check_stream(db, operator, "ledger"),
            await log_checks.check_commands(db, operator, "ledger"),
            await log_checks.check_effects(db, "ledger"),
        ]
        return [what for check in checks for what in check.found]

    async def counted(self, card: UUID) -> tuple[int, int] | None:
        """Sum and number of what was added to *card*."""
        row = await self.house.db.fetchrow("SELECT total, times FROM counter WHERE card = $1", card)
        return (row["total"], row["times"]) if row is not None else None
