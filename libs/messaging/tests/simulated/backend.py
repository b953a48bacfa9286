"""The connections to a real PostgreSQL, on a loop of their own that runs only while a statement is awaited."""

from __future__ import annotations

import asyncio
from asyncio import events
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

import asyncpg
from virtual_time import BEGAN_AT, BareLoop

from stampbook_messaging import database

_SOON_SECONDS = 0.004
_QUARTER_SECONDS = 0.25
_BLOCKED_BY = "SELECT pid, pg_blocking_pids(pid) AS by FROM unnest($1::int[]) AS pid"
_ROLL_BACK = "ROLLBACK; RESET stampbook.now"
_SETTINGS = {
    "timezone": "UTC",
    "jit": "off",
    "application_name": "simulation",
    # Emptied tables are planned for anew in every story; once is enough.
    "plan_cache_mode": "force_generic_plan",
}


class _AnswerLoop(BareLoop):
    """Asks the kernel only when there is nothing else to do: whoever waits, waits for a statement's answer."""

    def wait(self, until: float | None) -> None:
        timeout = None if until is None else max(0.0, until - self.time())
        self._process_events(self._selector.select(timeout))  # type: ignore[attr-defined]


@dataclass(slots=True)
class Waiting:
    """A statement that waits for a row; *woken* is set, in the simulation, when it has come to its end."""

    work: asyncio.Task[Any]
    woken: asyncio.Event


class Backend:
    """The connections to one schema; the simulation stands still while they are used."""

    def __init__(self, dsn: str, schema: str) -> None:
        self._dsn, self.schema = dsn, schema
        self._loop = _AnswerLoop()
        self.told: dict[Any, int] = {}
        self.waiting: dict[Any, Waiting] = {}
        self._answers: dict[str, Any] = {}
        self._free: list[Any] = []
        self._all: list[Any] = []
        self.watch = self.now(self._connect())

    def submit(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self._loop.create_task(work)
        task.add_done_callback(_seen)
        return task

    def now(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run *work* to its end, beside the loop of the simulation."""
        task = self.submit(work)
        while not self.is_done(task):
            pass
        return task.result()

    def is_done(self, work: asyncio.Task[Any]) -> bool:
        """Whether *work* comes to its end; waits for it as long as it may be the server that takes its time."""
        outer, loop = events._get_running_loop(), self._loop
        late = loop.call_later(_SOON_SECONDS, int)
        events._set_running_loop(loop)
        try:
            while not work.done() and loop.time() < late.when():
                loop._run_once()  # a whole run costs as much as the statement
        finally:
            events._set_running_loop(outer)
            late.cancel()
        return work.done()

    def known(self, question: str) -> Any:
        """The answer to a question that was asked before, if nothing was written since."""
        return self._answers.get(question)

    def learn(self, question: str, answer: Any) -> None:
        self._answers[question] = answer

    def written(self) -> None:
        self._answers.clear()

    def take(self) -> Any:
        if self._free:
            return self._free.pop()
        made = self.now(self._connect())
        self._all.append(made)
        return made

    def give_back(self, connection: Any) -> None:
        self._free.append(connection)

    def abandon(self, connection: Any, busy: asyncio.Task[Any] | None) -> None:
        """What the server does when a client is gone: undo what was not committed, let go of every lock, forget."""
        waiting = self.waiting.pop(connection, None)
        if waiting is not None:
            waiting.woken.set()
        self.told.pop(connection, None)
        self.written()
        if busy is not None and not busy.done():
            self._all.remove(connection)
            self.now(self._end(connection, connection.get_server_pid()))
        else:
            self.now(self._forget(connection))
            self.give_back(connection)
        self.settle()

    def settle(self) -> None:
        """After locks were let go: whoever waited for them has them, before anybody else may ask."""
        freed = True
        while freed and self.waiting:
            freed = False
            for connection, waiting in list(self.waiting.items()):
                self.written()
                while not self.is_done(waiting.work) and not self.is_blocked(connection):
                    pass
                if waiting.work.done():
                    del self.waiting[connection]
                    waiting.woken.set()
                    freed = True

    def is_blocked(self, connection: Any) -> bool:
        return bool(self._blockers([connection])[connection.get_server_pid()])

    def break_deadlock(self) -> None:
        """Two that wait for each other: the server ends one of them, by its own clock."""
        by = self._blockers(list(self.waiting))
        if len(by) > 1 and any(_reaches(pid, pid, by) for pid in by):
            works = {waiting.work for waiting in self.waiting.values()}
            self.now(_first_of(works))
            self.settle()

    def _blockers(self, connections: list[Any]) -> dict[int, list[int]]:
        rows = self.now(self.watch.fetch(_BLOCKED_BY, [one.get_server_pid() for one in connections]))
        return {row["pid"]: row["by"] for row in rows}

    async def tell_time(self, connection: Any, seconds: float) -> None:
        """The session's idea of now goes in quarters of a second, the same whichever connection it is."""
        quarter = int(seconds / _QUARTER_SECONDS)
        if self.told.get(connection) != quarter:
            at = BEGAN_AT + timedelta(seconds=quarter * _QUARTER_SECONDS)
            await connection.execute(f"SET stampbook.now = '{at.isoformat()}'")
            self.told[connection] = quarter

    def close(self) -> None:
        for connection in (*self._all, self.watch):
            self.now(connection.close())
        self._loop.close()

    async def _connect(self) -> Any:
        settings = {**_SETTINGS, "search_path": self.schema}
        connection = await asyncpg.connect(self._dsn, server_settings=settings, statement_cache_size=300)
        await database._prepare(connection)
        return connection

    async def _forget(self, connection: Any) -> None:
        connection._top_xact = None  # the transaction that asyncpg takes for open ends here
        if connection.is_in_transaction():
            await connection.execute(_ROLL_BACK)

    async def _end(self, connection: Any, pid: int) -> None:
        connection.terminate()
        await self.watch.execute("SELECT pg_terminate_backend($1)", pid)
        while await self.watch.fetchval("SELECT count(*) FROM pg_stat_activity WHERE pid = $1", pid):
            await asyncio.sleep(0.0005)


async def _first_of(works: set[asyncio.Task[Any]]) -> None:
    await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)


def _seen(task: asyncio.Task[Any]) -> None:
    """Of a statement that was given up nobody asks how it ended."""
    if not task.cancelled():
        task.exception()


def _reaches(pid: int, wanted: int, by: dict[int, list[int]], seen: frozenset[int] = frozenset()) -> bool:
    following = [one for one in by.get(pid, ()) if one not in seen]
    return wanted in following or any(_reaches(one, wanted, by, seen | {one}) for one in following)


@lru_cache(maxsize=1024)
def needs_time(statement: str) -> bool:
    """Whether the session's clock is asked by *statement*."""
    return "stampbook_now" in statement


@lru_cache(maxsize=1024)
def is_question(statement: str) -> bool:
    """Whether *statement* only reads, and would say the same again as long as nobody writes."""
    return statement.lstrip().startswith("SELECT") and " FOR " not in statement and not needs_time(statement)
