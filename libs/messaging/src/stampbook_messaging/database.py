"""Connections to a service's own schema."""

from typing import Any

import asyncpg
import msgspec

_STATEMENT_CACHE = 200
_TRANSACTION_SECONDS = 5
_CALL_MARGIN_SECONDS = 1.0

DATABASE_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what a connection cut in mid-statement may end in
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionTimeoutError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.InsufficientResourcesError,
    ConnectionError,
    TimeoutError,
    OSError,
)
"""Trouble of the database or the way to it: the outcome is unknown or nothing, and says nothing about a command."""


async def connect_pool(url: str, schema: str, *, size: int = 6, transaction_seconds: int = _TRANSACTION_SECONDS) -> Any:
    """Open a pool of *size* connections that see *schema* alone.

    A transaction that outlives *transaction_seconds* is ended by the server: a stopped worker must not hold a
    partition's row; only who locks nothing may take longer. A call that has not ended a little later will never end:
    the line is half-open, or the server stands still.
    """
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        init=_prepare,
        reset=_as_it_is,
        statement_cache_size=_STATEMENT_CACHE,
        command_timeout=transaction_seconds + _CALL_MARGIN_SECONDS,
        server_settings={
            "search_path": schema,
            "application_name": f"stampbook-{schema}",
            "timezone": "UTC",
            "jit": "off",
            "transaction_timeout": f"{transaction_seconds}s",
            "idle_in_transaction_session_timeout": f"{transaction_seconds}s",
        },
    )


async def _as_it_is(connection: Any) -> None:
    """Instead of asyncpg's own statement at each release: nobody here changes a session or locks beyond a transaction.

    A transaction left open is rolled back before this is asked.
    """


async def _prepare(connection: Any) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name,
            schema="pg_catalog",
            encoder=lambda value: msgspec.json.encode(value).decode(),
            decoder=msgspec.json.decode,
        )
