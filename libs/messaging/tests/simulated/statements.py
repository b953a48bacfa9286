"""A real PostgreSQL under simulated processes: each statement is one step, and takes no time of the simulation.

A statement that waits for another one's lock is left waiting while the others go on; a connection may be cut before or
after any statement, and during a commit on either side of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Self

import asyncpg
from backend import Backend, Waiting, is_question, needs_time
from lives import Life

_LONGEST_TRANSACTION_SECONDS = 5.0
WAITS = "waits for a row"
"""In the trail; who comes first after such a wait is PostgreSQL's choice, and may be another one on a busy machine."""


@lru_cache(maxsize=1024)
def _begins(statement: str) -> str:
    return " ".join(statement.split())[:60]


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

    async def cursor(self, statement: str, *about: Any, prefetch: int | None = None) -> AsyncIterator[Any]:
        """All rows at one step."""
        for row in await self.fetch(statement, *about):
            yield row

    def transaction(self, **more: Any) -> Transaction:
        return Transaction(self, more)

    async def run(self, method: str, *about: Any, **more: Any) -> Any:
        life = self.pool.life
        await life.step(f"{method} {_begins(about[0])}")
        self._must_be_there()
        if life.luck.strikes(life.luck.cut):
            self.cut()
        self._must_be_there()
        answer = await self._ask(method, *about, **more)
        if life.luck.strikes(life.luck.cut / 2):
            self.cut()
        self._must_be_there()
        return answer

    async def _ask(self, method: str, *about: Any, **more: Any) -> Any:
        """Whoever waits for work asks the same again and again: only after a write the server is troubled with it."""
        backend, question = self.pool.backend, ""
        if not self.inside and is_question(about[0]):
            question = f"{method} {about}"
            if (known := backend.known(question)) is not None:
                return known
        else:
            backend.written()
        answer = await self._answer(self._told(about[0], getattr(self.real, method), *about, **more))
        if question and answer is not None:
            backend.learn(question, answer)
        return answer

    async def begin(self, more: dict[str, Any]) -> Any:
        await self.pool.life.step("begin")
        self._must_be_there()
        transaction = self.real.transaction(**more)
        await self._answer(transaction.start())
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
        self.pool.backend.written()
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
            self.pool.backend.abandon(self.real, self.busy)

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

    async def _told(self, statement: str, method: Any, *about: Any, **more: Any) -> Any:
        if needs_time(statement):
            await self.pool.backend.tell_time(self.real, self.pool.life.loop.time())
        return await method(*about, **more)

    async def _answer(self, work: Any) -> Any:
        """What the server says; while it waits for a lock, others go on, and may die or let go."""
        backend, self.busy = self.pool.backend, self.pool.backend.submit(work)
        while not backend.is_done(self.busy):
            if backend.is_blocked(self.real):
                await self._wait(self.busy)
        return self.busy.result()

    async def _wait(self, work: asyncio.Task[Any]) -> None:
        """Until whoever has the row lets go of it, or this connection is given up."""
        backend, life = self.pool.backend, self.pool.life
        life.luck.trail.append(f"{life.name} {WAITS}")
        backend.waiting[self.real] = waiting = Waiting(work, asyncio.Event())
        if len(backend.waiting) > 1:
            backend.break_deadlock()
        await waiting.woken.wait()
        if self.gone is not None:
            self._must_be_there()


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
