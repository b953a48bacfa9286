"""Rows of a statement one after the other, by a cursor of the server: there may be more of them than memory holds."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

Pool = Any
AHEAD = 1000
"""So many rows are on their way at a time."""


async def rows(pool: Pool, statement: str, *about: Any) -> AsyncGenerator[Any, None]:
    """All of one moment. To be closed, as ``aclosing`` does."""
    async with pool.acquire() as db, db.transaction(isolation="repeatable_read", readonly=True):
        async for row in db.cursor(statement, *about, prefetch=AHEAD):
            yield row


@asynccontextmanager
async def side_by_side(
    one: AsyncGenerator[Any, None], other: AsyncGenerator[Any, None], key: Callable[[Any], Any]
) -> AsyncIterator[AsyncIterator[tuple[Any, Any]]]:
    """Rows of both in the order of their keys, each key once on each side; None where a side has none of that key."""
    async with aclosing(one), aclosing(other):
        yield _merged(one, other, key)


async def _merged(
    one: AsyncIterator[Any], other: AsyncIterator[Any], key: Callable[[Any], Any]
) -> AsyncIterator[tuple[Any, Any]]:
    left, right = await anext(one, None), await anext(other, None)
    while left is not None or right is not None:
        if right is None or (left is not None and key(left) < key(right)):
            yield left, None
            left = await anext(one, None)
        elif left is None or key(right) < key(left):
            yield None, right
            right = await anext(other, None)
        else:
            yield left, right
            left, right = await anext(one, None), await anext(other, None)
