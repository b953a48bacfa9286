"""The one description of the ledger's tables; every key starts with the merchant."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from stampbook_messaging.tables import log_tables

SCHEMA = "ledger"
metadata = MetaData(schema=SCHEMA)
log_tables(metadata)


def _column(name: str, kind: TypeEngine[Any], *, nullable: bool = False) -> Column[object]:
    return Column(name, kind, nullable=nullable)


def _uuid(name: str) -> Column[object]:
    return _column(name, Uuid())


def _text(name: str) -> Column[object]:
    return _column(name, Text())


def _time(name: str) -> Column[object]:
    return _column(name, DateTime(timezone=True))


card = Table(
    "card",
    metadata,
    _uuid("merchant"),
    _uuid("card_id"),
    _uuid("customer_id"),
    _uuid("program_id"),
    _uuid("store_id"),
    _text("number"),
    _column("balance", BigInteger()),
    _column("stamps", Integer()),
    _column("stamp_target", Integer(), nullable=True),
    _text("language"),
    _text("state"),
    _column("test", Boolean()),
    _time("opened_at"),
    _column("version", Integer()),
    PrimaryKeyConstraint("merchant", "card_id"),
    UniqueConstraint("merchant", "number"),
    Index("card_by_customer", "merchant", "customer_id"),
    Index("card_newest", "merchant", "opened_at", "card_id"),
    # Room on the page lets a new balance take the place of the old one without touching an index.
    postgresql_with={"fillfactor": 80},
)

card_store = Table(
    "card_store",
    metadata,
    _uuid("merchant"),
    _uuid("card_id"),
    _uuid("store_id"),
    _time("linked_at"),
    PrimaryKeyConstraint("merchant", "card_id", "store_id"),
)

lot = Table(
    "lot",
    metadata,
    _uuid("merchant"),
    _uuid("card_id"),
    _uuid("lot_id"),
    _uuid("program_id"),
    _uuid("store_id"),
    _column("points", BigInteger()),
    _column("free", BigInteger()),
    _time("effective_at"),
    _column("program_version", Integer()),
    PrimaryKeyConstraint("merchant", "card_id", "lot_id"),
)

# (merchant, card_id, version) is the event on the card that wrote the line.
posting = Table(
    "posting",
    metadata,
    _uuid("merchant"),
    _uuid("card_id"),
    _column("version", Integer()),
    _text("unit"),
    _text("account"),
    _column("amount", BigInteger()),
    _uuid("program_id"),
    _uuid("store_id"),
    _uuid("event_id"),
    _time("recorded_at"),
    PrimaryKeyConstraint("merchant", "card_id", "version", "unit", "account"),
)

receipt = Table(
    "receipt",
    metadata,
    _uuid("merchant"),
    _uuid("program_id"),
    _uuid("store_id"),
    _text("purpose"),
    _text("receipt"),
    _uuid("operation_id"),
    _uuid("card_id"),
    _time("recorded_at"),
    PrimaryKeyConstraint("merchant", "program_id", "store_id", "purpose", "receipt"),
)

program = Table(
    "program",
    metadata,
    _uuid("merchant"),
    _uuid("program_id"),
    _column("version", Integer()),
    _time("effective_from"),
    _column("names", JSONB()),
    _column("rates", JSONB()),
    _text("rounding"),
    _column("welcome_points", BigInteger()),
    _column("stamp_target", Integer(), nullable=True),
    PrimaryKeyConstraint("merchant", "program_id", "version"),
)

welcome = Table(
    "welcome",
    metadata,
    _uuid("merchant"),
    _uuid("customer_id"),
    _uuid("card_id"),
    _uuid("event_id"),
    PrimaryKeyConstraint("merchant", "customer_id"),
)

# What enrollment last told of its stores; the position keeps an older word from overwriting a newer one.
store = Table(
    "store",
    metadata,
    _uuid("merchant"),
    _uuid("store_id"),
    _uuid("program_id"),
    _text("time_zone"),
    _text("currency"),
    _text("loyalty"),
    _column("version", Integer()),
    PrimaryKeyConstraint("merchant", "store_id"),
)
