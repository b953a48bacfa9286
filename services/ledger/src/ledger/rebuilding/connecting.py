"""Connections of a rebuild: its transactions may take long, for all but the last lock nothing that others want."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec

Db = Any
_SETTINGS = {
    "search_path": "ledger",
    "application_name": "stampbook-ledger-rebuild",
    "timezone": "UTC",
    "jit": "off",
    # Rows and the cursor behind them are lost together or not at all.
    "synchronous_commit": "off",
}


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[Db]:
    db = await asyncpg.connect(dsn, server_settings=_SETTINGS)
    try:
        await db.set_type_codec("jsonb", schema="pg_catalog", encoder=_encoded, decoder=_decoded, format="binary")
        yield db
    finally:
        await db.close()


def _encoded(value: Any) -> bytes:
    """In the form that a COPY takes as well: the version of jsonb's own format, and the text."""
    return b"\x01" + msgspec.json.encode(value)


def _decoded(document: bytes) -> Any:
    return msgspec.json.decode(document[1:])
