"""The notifier's tables; its migrations are written from this description."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from stampbook_messaging.tables import log_tables

metadata = MetaData(schema="notifier")
log_tables(metadata)

merchant = Table(
    "merchant",
    metadata,
    Column("merchant", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

store = Table(
    "store",
    metadata,
    Column("merchant", Uuid, nullable=False),
    Column("store_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("subdomain", Text, nullable=False),
    Column("accent", Text, nullable=False),
    Column("default_language", Text, nullable=False),
    Column("version", Integer, nullable=False),
    PrimaryKeyConstraint("merchant", "store_id"),
)

program = Table(
    "program",
    metadata,
    Column("merchant", Uuid, nullable=False),
    Column("program_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("names", JSONB, nullable=False),
    Column("effective_from", DateTime(timezone=True), nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    PrimaryKeyConstraint("merchant", "program_id", "version"),
)

customer = Table(
    "customer",
    metadata,
    Column("merchant", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("language", Text, nullable=False),
    Column("store_id", Uuid, nullable=False),
    Column("has_email", Boolean, nullable=False),
    Column("test", Boolean, nullable=False),
    PrimaryKeyConstraint("merchant", "customer_id"),
)

card = Table(
    "card",
    metadata,
    Column("merchant", Uuid, nullable=False),
    Column("card_id", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("program_id", Uuid, nullable=False),
    Column("card_number", Text, nullable=False),
    Column("version", Integer, nullable=False),
    PrimaryKeyConstraint("merchant", "card_id"),
)

addressed = Table(
    "addressed",
    metadata,
    Column("delivery_id", Uuid, primary_key=True),
    Column("merchant", Uuid, nullable=False),
    Column("masked", Text, nullable=False),
    Column("address_index", LargeBinary, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("addressed_by_index", "merchant", "address_index"),
)
