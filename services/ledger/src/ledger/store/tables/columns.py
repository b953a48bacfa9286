"""Short words for the columns that the ledger's tables are made of; every key starts with the merchant."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, LargeBinary, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from stampbook_messaging.tables import log_tables

SCHEMA = "ledger"
metadata = MetaData(schema=SCHEMA)
log_tables(metadata)


def _column(name: str, kind: TypeEngine[Any], *, nullable: bool = False) -> Column[object]:
    return Column(name, kind, nullable=nullable)


def uuid(name: str, *, nullable: bool = False) -> Column[object]:
    return _column(name, Uuid(), nullable=nullable)


def words(name: str, *, nullable: bool = False) -> Column[object]:
    return _column(name, Text(), nullable=nullable)


def time(name: str, *, nullable: bool = False) -> Column[object]:
    return _column(name, DateTime(timezone=True), nullable=nullable)


def day(name: str, *, nullable: bool = False) -> Column[object]:
    return _column(name, Date(), nullable=nullable)


def count(name: str, *, nullable: bool = False) -> Column[object]:
    return _column(name, Integer(), nullable=nullable)


def points(name: str, *, nullable: bool = False) -> Column[object]:
    return _column(name, BigInteger(), nullable=nullable)


def flag(name: str) -> Column[object]:
    return _column(name, Boolean())


def document(name: str) -> Column[object]:
    """What a decider reads and no query asks for, as JSON in the bytes that msgspec wrote."""
    return _column(name, LargeBinary())


def readable(name: str) -> Column[object]:
    """A document that queries and people read."""
    return _column(name, JSONB())
