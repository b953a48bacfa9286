"""The wallet sync's tables: passes with what is wanted and what was acknowledged, and what they are built from."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
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

metadata = MetaData(schema="wallet")
log_tables(metadata)

Table(
    "merchant",
    metadata,
    Column("merchant", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
)

Table(
    "store",
    metadata,
    Column("merchant", Uuid, nullable=False),
    Column("store_id", Uuid, nullable=False),
    Column("program_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("subdomain", Text, nullable=False),
    Column("accent", Text, nullable=False),
    Column("logo_url", Text),
    PrimaryKeyConstraint("merchant", "store_id"),
)

Table(
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

Table(
    "loyalty_class",
    metadata,
    Column("merchant", Uuid, nullable=False),
    Column("program_id", Uuid, nullable=False),
    Column("acknowledged", Integer, nullable=False),
    PrimaryKeyConstraint("merchant", "program_id"),
)

Table(
    "pass",
    metadata,
    Column("merchant", Uuid, nullable=False),
    Column("card_id", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("program_id", Uuid, nullable=False),
    Column("store_id", Uuid, nullable=False),
    Column("card_number", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("stamps", Integer, nullable=False),
    Column("stamp_target", Integer),
    Column("wanted", BigInteger, nullable=False),
    Column("wanted_at", DateTime(timezone=True), nullable=False),
    Column("acknowledged", BigInteger, nullable=False),
    Column("acknowledged_at", DateTime(timezone=True)),
    Column("created", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    PrimaryKeyConstraint("merchant", "card_id"),
)

Table(
    "save_link",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("merchant", Uuid, nullable=False),
    Column("card_id", Uuid, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
)
