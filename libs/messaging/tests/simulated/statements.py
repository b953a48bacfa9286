"""A real PostgreSQL under simulated processes: each statement is one step, and takes no time of the simulation.

Connections live on a loop of their own, which runs only while a statement is awaited. A statement that waits for another one's lock is left waiting while the
others go on; a connection may be cut before or after any statement, and during a commit on either side of it.
"""

from __future__ import annotations

import asyncio
from asyncio import events
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

import asyncpg
from lives import Life
from virtual_time import BEGAN_AT

from stampbook_messaging import database

_SOON_SECONDS = 0.02
_LONGEST_TRANSACTION_SECONDS = 5.0
QUARTER_SECONDS = 0.25
WAITS = "waits for a row"
"""In the trail; who comes first after such a wait is PostgreSQL's choice, and may be another one on a busy machine."""
_BLOCKED = "SELECT cardinality(pg_blocking_pids($1)) > 0"


class Backend:
    """The connections to one schema; the simulation stands still while they are used."""

    def __init__(self, dsn: str, schema: str) -> None:
        self._dsn, self.schema = dsn, schema
        self._loop = asyncio.SelectorEventLoop()
        self.told: dict[Any, int] = {}
        self.waiting: dict[Any, asyncio.Task[Any]] = {}
        self._free: list[Any] = []
        self._all: list[Any] = []
        self.watch = self.now(self._connect())

    def submit(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self._loop.create_task(work)
        task.add_done_callback(_seen)
        return task

    def now(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run *work* to its end, beside the loop of the simulation."""
        outer = events._get_running_loop()
        events._set_running_loop(None)
        try:
            return self._loop.run_until_complete(work)
        finally:
            events._set_running_loop(outer)

    def is_done(self, work: asyncio.Task[Any]) -> bool:
        """Whether *work* comes to its end; waits for it as long as it may be the server that takes its time."""
        if not work.done():
            self.now(asyncio.wait({work}, timeout=_SOON_SECONDS))
        return work.done()

    def take(self) -> Any:
        if self._free:
            return self._free.pop()
        made = self.now(self._connect())
        self._all.append(made)
        return made

    def give_back(self, connection: Any) -> None:
        self._free.append(connection)

    def throw_away(self, connection: Any) -> None:
        """End it on the server too, whatever it is doing, so that its locks are free at once."""
        self._all.remove(connection)
        self.told.pop(connection, None)
        self.waiting.pop(connection, None)
        self.now(self._end(connection, connection.get_server_pid()))

    def settle(self) -> None:
        """After locks were let go: whoever waited for them has them, before anybody else may ask."""
        for connection, work in list(self.waiting.items()):
            while not work.done() and not self.is_blocked(connection):
                self.is_done(work)

    def is_blocked(self, connection: Any) -> bool:
        return bool(self.now(self.watch.fetchval(_BLOCKED, connection.get_server_pid())))

    def close(self) -> None:
        for connection in (*self._all, self.watch):
            self.now(_close(connection))
        self._loop.close()

    async def _connect(self) -> Any:
        settings = {"search_path": self.schema, "timezone": "UTC", "jit": "off", "application_name": "simulation"}
        connection = await asyncpg.connect(self._dsn, server_settings=settings, statement_cache_size=300)
        await database._prepare(connection)
        return connection

    async def _end(self, connection: Any, pid: int) -> None:
        connection.terminate()
        await self.watch.execute("SELECT pg_terminate_backend($1)", pid)
        while await self.watch.fetchval("SELECT count(*) FROM pg_stat_activity WHERE pid = $1", pid):
            await asyncio.sleep(0.0005)


def _seen(task: asyncio.Task[Any]) -> None:
    """Of a statement that was given up nobody asks how it ended."""
    if not task.cancelled():
        task.exception()


async def _close(connection: Any) -> None:
    await connection.close()


@dataclass(eq=False)
class Pool:
    """What a simulated process has instead of asyncpg's pool."""

    backend: Backend
    life: Life
    held: set[Connection] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.life.on_death.append(self._lose_all)

    def acquire(self) -> Acquiring:
        return Acquiring(self)

    async def fetch(self, *about: Any) -> Any:
        return await self._alone("fetch", *about)

    async def fetchval(self, *about: Any) -> Any:
        return await self._alone("fetchval", *about)

    async def fetchrow(self, *about: Any) -> Any:
        return await self._alone("fetchrow", *about)

    async def execute(self, *about: Any) -> Any:
        return await self._alone("execute", *about)

    async def _alone(self, method: str, *about: Any) -> Any:
        async with self.acquire() as db:
            return await getattr(db, method)(*about)

    def _lose_all(self) -> None:
        for connection in list(self.held):
            connection.lose()


@dataclass
class Acquiring:
    pool: Pool
    db: Connection | None = None

    async def __aenter__(self) -> Connection:
        self.pool.life.must_live()
        self.db = Connection(self.pool, self.pool.backend.take())
        self.pool.held.add(self.db)
        return self.db

    async def __aexit__(self, *_: object) -> None:
        if self.db is not None:
            self.db.release()


@dataclass(eq=False)
class Connection:
    pool: Pool
    real: Any
    gone: type[Exception] | None = None
    inside: bool = False
    busy: asyncio.Task[Any] | None = None
    _expiry: asyncio.TimerHandle | None = None

    async def fetch(self, *about: Any) -> Any:
        return await self.run("fetch", *about)

    async def fetchval(self, *about: Any) -> Any:
        return await self.run("fetchval", *about)

    async def fetchrow(self, *about: Any) -> Any:
        return await self.run("fetchrow", *about)

    async def execute(self, *about: Any) -> Any:
        return await self.run("execute", *about)

    async def executemany(self, *about: Any) -> Any:
        return await self.run("executemany", *about)

    async def copy_records_to_table(self, table: str, **more: Any) -> Any:
        return await self.run("copy_records_to_table", table, **more)

    def transaction(self, **more: Any) -> Transaction:
        return Transaction(self, more)

    async def run(self, method: str, *about: Any, **more: Any) -> Any:
        life = self.pool.life
        await life.step(f"{method} {' '.join(str(about[0]).split())[:60]}")
        self._must_be_there()
        if life.luck.strikes(life.luck.cut):
            self.cut()
        self._must_be_there()
        answer = await self._answer(self._tell_time_and(getattr(self.real, method)(*about, **more)))
        if life.luck.strikes(life.luck.cut / 2):
            self.cut()
        self._must_be_there()
        return answer

    async def begin(self, more: dict[str, Any]) -> Any:
        await self.pool.life.step("begin")
        self._must_be_there()
        transaction = self.real.transaction(**more)
        await self._answer(self._tell_time_and(transaction.start()))
        self.inside = True
        loop = self.pool.life.loop
        self._expiry = loop.call_later(_LONGEST_TRANSACTION_SECONDS, self._expire)
        return transaction

    async def commit(self, transaction: Any) -> None:
        """The line may be cut, or the process die, before the server has it or before its answer is back."""
        life = self.pool.life
        await life.step("commit")
        self._must_be_there()
        if life.luck.strikes(life.luck.cut * 2):
            self.cut()
        self._must_be_there()
        await self._answer(transaction.commit())
        self.pool.backend.settle()
        self._ended()
        if life.mortal and life.luck.strikes(life.luck.death * 2):
            life.end()
        life.must_live()
        if life.luck.strikes(life.luck.cut * 2):
            self.cut()
        self._must_be_there()

    async def roll_back(self, transaction: Any) -> None:
        if self.gone is None and self.inside:
            self._ended()
            self.pool.backend.told.pop(self.real, None)  # a setting is rolled back as well
            await self._answer(transaction.rollback())
            self.pool.backend.settle()

    def cut(self) -> None:
        self.pool.life.luck.trail.append(f"{self.pool.life.name} is cut off")
        self.lose()
        self.gone = asyncpg.ConnectionDoesNotExistError

    def lose(self) -> None:
        if self.gone is None:
            self.gone = asyncio.CancelledError  # type: ignore[assignment]
            self._ended()
            self.pool.backend.throw_away(self.real)
            self.pool.backend.settle()

    def release(self) -> None:
        self.pool.held.discard(self)
        if self.gone is None and (self.inside or (self.busy is not None and not self.busy.done())):
            self.lose()  # left in mid-transaction: only the server's own clean-up is sure
        elif self.gone is None:
            self.gone = asyncpg.InterfaceError
            self.pool.backend.give_back(self.real)

    def _expire(self) -> None:
        if self.inside and self.gone is None:
            self.lose()
            self.gone = asyncpg.TransactionTimeoutError

    def _ended(self) -> None:
        self.inside = False
        if self._expiry is not None:
            self._expiry.cancel()

    def _must_be_there(self) -> None:
        self.pool.life.must_live()
        if self.gone is not None:
            raise self.gone("the connection was closed in the middle of operation")

    async def _tell_time_and(self, work: Any) -> Any:
        """The session's idea of now goes in quarters of a second, the same whichever connection it is."""
        told, quarter = self.pool.backend.told, int(self.pool.life.loop.time() / QUARTER_SECONDS)
        if told.get(self.real) != quarter:
            at = BEGAN_AT + timedelta(seconds=quarter * QUARTER_SECONDS)
            await self.real.execute(f"SET stampbook.now = '{at.isoformat()}'")
            told[self.real] = quarter
        return await work

    async def _answer(self, work: Any) -> Any:
        """What the server says; while it waits for a lock, others go on, and may die or let go."""
        self.busy = self.pool.backend.submit(work)
        backend = self.pool.backend
        while not backend.is_done(self.busy):
            if backend.is_blocked(self.real):
                if self.real not in backend.waiting:
                    self.pool.life.luck.trail.append(f"{self.pool.life.name} {WAITS}")
                backend.waiting[self.real] = self.busy
                await asyncio.sleep(0.01)
                if self.gone is not None:
                    self._must_be_there()
        backend.waiting.pop(self.real, None)
        return self.busy.result()


@dataclass
class Transaction:
    db: Connection
    more: dict[str, Any]
    real: Any = None

    async def __aenter__(self) -> Self:
        self.real = await self.db.begin(self.more)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            await self.db.commit(self.real)
        else:
            await self.db.roll_back(self.real)
