"""Enrollment's tables; its migrations are written from this description.

``merchant``, ``store``, ``join_form`` and ``access_key`` hold the newest event of each as it is; personal data is in
``personal`` alone, encrypted under a key of the customer's own, which the keyring wraps.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from stampbook_messaging.tables import log_tables

metadata = MetaData(schema="enrollment")
log_tables(metadata)


def _uuid(name: str) -> Column[object]:
    return Column(name, Uuid, nullable=False)


def _text(name: str) -> Column[object]:
    return Column(name, Text, nullable=False)


def _bytes(name: str) -> Column[object]:
    return Column(name, LargeBinary, nullable=False)


def _time(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _event() -> Column[object]:
    return Column("event", JSONB, nullable=False)


Table("platform", metadata, _uuid("key_id"), PrimaryKeyConstraint("key_id"))
Table("merchant", metadata, _uuid("merchant"), _event(), PrimaryKeyConstraint("merchant"))
Table(
    "store",
    metadata,
    _uuid("merchant"),
    _uuid("store_id"),
    _text("subdomain"),
    _event(),
    PrimaryKeyConstraint("merchant", "store_id"),
    UniqueConstraint("store_id"),
    UniqueConstraint("subdomain", deferrable=True, initially="DEFERRED"),
)
Table(
    "join_form",
    metadata,
    _uuid("merchant"),
    _uuid("program_id"),
    _event(),
    PrimaryKeyConstraint("merchant", "program_id"),
)
Table(
    "access_key",
    metadata,
    _uuid("merchant"),
    _uuid("key_id"),
    _text("key_hash"),
    _event(),
    PrimaryKeyConstraint("merchant", "key_id"),
    UniqueConstraint("key_id"),
    UniqueConstraint("key_hash"),
)
Table(
    "customer",
    metadata,
    _uuid("merchant"),
    _uuid("customer_id"),
    _text("language"),
    Column("has_email", Boolean, nullable=False),
    Column("test", Boolean, nullable=False),
    _time("enrolled_at"),
    _time("confirmed_at", nullable=True),
    PrimaryKeyConstraint("merchant", "customer_id"),
)
Table(
    "personal",
    metadata,
    _uuid("merchant"),
    _uuid("customer_id"),
    Column("wrapped_key", LargeBinary, nullable=True),  # Taken away by an erasure: without it there is no reading.
    _bytes("ciphertext"),
    _time("updated_at"),
    _time("erased_at", nullable=True),
    _time("birthday_entered_at", nullable=True),
    PrimaryKeyConstraint("merchant", "customer_id"),
)
Table(
    "identity",
    metadata,
    _uuid("merchant"),
    _text("kind"),
    _bytes("hash"),
    _uuid("customer_id"),
    Column("decides", Boolean, nullable=False),
    PrimaryKeyConstraint("merchant", "kind", "hash", "customer_id"),
    Index("identity_decides", "merchant", "hash", unique=True, postgresql_where=text("decides")),
)
Table(
    "membership",
    metadata,
    _uuid("merchant"),
    _uuid("customer_id"),
    _uuid("store_id"),
    _uuid("program_id"),
    Column("marketing", Boolean, nullable=False),
    _text("terms_version"),
    _time("joined_at"),
    PrimaryKeyConstraint("merchant", "customer_id", "store_id", "program_id"),
)
Table(
    "birthday_consent",
    metadata,
    _uuid("merchant"),
    _uuid("customer_id"),
    _uuid("program_id"),
    Column("day", LargeBinary, nullable=True),  # The keyed hash of month and day of birth, while there is consent.
    _time("given_at"),
    _time("withdrawn_at", nullable=True),
    PrimaryKeyConstraint("merchant", "customer_id", "program_id"),
    Index(
        "birthday_of_day",
        "day",
        "merchant",
        "customer_id",
        "program_id",
        postgresql_where=text("withdrawn_at IS NULL"),
    ),
)
Table(
    "birthday_gift",
    metadata,
    _uuid("merchant"),
    _uuid("customer_id"),
    _uuid("program_id"),
    Column("year", Integer, nullable=False),  # Of the birthday, for which the ledger has given its last word: *code*.
    Column("code", Text, nullable=True),
    PrimaryKeyConstraint("merchant", "customer_id", "program_id", "year"),
)
Table(
    "birthday_work",
    metadata,
    _text("zone"),
    Column("day", Date, nullable=False),
    _time("reached_at"),
    PrimaryKeyConstraint("zone"),
)
Table(
    "ticket",
    metadata,
    _bytes("hash"),
    _uuid("merchant"),
    _uuid("customer_id"),
    _uuid("store_id"),
    _uuid("program_id"),
    _time("expires_at"),
    PrimaryKeyConstraint("hash"),
)
Table(
    "card_link",
    metadata,
    _bytes("hash"),
    _uuid("merchant"),
    _uuid("customer_id"),
    _uuid("card_id"),
    _bytes("wrapped_token"),
    _time("made_at"),
    PrimaryKeyConstraint("hash"),
    UniqueConstraint("merchant", "card_id"),
)
Table(
    "sealing_key",
    metadata,
    _text("key_id"),
    Column("day", Text, nullable=False, unique=True),
    _bytes("public"),
    _bytes("wrapped_private"),
    _time("made_at"),
    PrimaryKeyConstraint("key_id"),
)
