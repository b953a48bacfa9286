"""The tables every service's log consists of; Alembic migrations are written from this description."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

NOW = text("stampbook_now()")


def _time(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _bytes(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, LargeBinary, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, Text, nullable=nullable)


def _uuid(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, Uuid, nullable=nullable)


def _big(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, BigInteger, nullable=nullable)


def log_tables(metadata: MetaData) -> None:
    """Add partition, worker, inbox, event, aggregate, relay, cursor, delivery, attempt, dead_letter, … to *metadata*."""
    _positions(metadata)
    _inbox(metadata)
    _log(metadata)
    _relay(metadata)
    _deliveries(metadata)
    _dead_letters(metadata)
    _housekeeping(metadata)


def _positions(metadata: MetaData) -> None:
    Table(
        "partition",
        metadata,
        Column("id", SmallInteger, primary_key=True, autoincrement=False),
        _text("owner", nullable=True),
        _big("epoch"),
        _time("stream_created", nullable=True),
        _big("cmd_seq"),
        _uuid("cmd_id", nullable=True),
        _big("pos"),
        _bytes("head"),
    )
    Table(
        "worker",
        metadata,
        Column("id", Text, primary_key=True),
        _time("started_at"),
        _time("seen_at"),
        Column("retired", Boolean, nullable=False),
        Column("beats", BigInteger, nullable=False, server_default=text("0")),
    )
    Table(
        "cursor",
        metadata,
        _text("consumer"),
        _text("stream"),
        Column("partition", SmallInteger, nullable=False),
        _time("stream_created", nullable=True),
        _big("pos"),
        _big("stream_seq"),
        Column("epoch", BigInteger, nullable=False, server_default=text("0")),
        PrimaryKeyConstraint("consumer", "stream", "partition"),
    )


def _inbox(metadata: MetaData) -> None:
    Table(
        "inbox",
        metadata,
        Column("command_id", Uuid, primary_key=True),
        _uuid("merchant"),
        Column("partition", SmallInteger, nullable=False),
        _big("cmd_seq"),
        _text("type"),
        _bytes("fingerprint"),
        _text("status"),
        _text("code", nullable=True),
        _bytes("result"),
        _time("recorded_at"),
        _time("applied_at"),
        _uuid("superseded_by", nullable=True),
        Index("inbox_by_position", "partition", "cmd_seq"),
    )
    Table(
        "replayed",
        metadata,
        Column("partition", SmallInteger, nullable=False),
        _big("cmd_seq"),
        _uuid("command_id"),
        PrimaryKeyConstraint("partition", "cmd_seq"),
    )


def _log(metadata: MetaData) -> None:
    Table(
        "event",
        metadata,
        Column("partition", SmallInteger, nullable=False),
        _big("pos"),
        _uuid("id"),
        _uuid("merchant"),
        _uuid("aggregate"),
        Column("version", Integer, nullable=False),
        _text("type"),
        _time("recorded_at"),
        _uuid("command_id", nullable=True),
        _big("cmd_seq"),
        _bytes("body"),
        _bytes("hash"),
        _text("traceparent", nullable=True),
        PrimaryKeyConstraint("partition", "pos"),
        UniqueConstraint("merchant", "aggregate", "version"),
    )
    Table(
        "aggregate",
        metadata,
        _uuid("merchant"),
        _uuid("id"),
        Column("version", Integer, nullable=False),
        _bytes("hash"),
        PrimaryKeyConstraint("merchant", "id"),
    )
    Table(
        "seal",
        metadata,
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("day", Date, nullable=False, unique=True),
        _time("sealed_at"),
        _bytes("body"),
        _bytes("hash"),
    )


def _relay(metadata: MetaData) -> None:
    Table(
        "relay",
        metadata,
        Column("id", SmallInteger, primary_key=True, autoincrement=False),
        _text("owner", nullable=True),
        _big("epoch"),
        _time("stream_created", nullable=True),
    )
    Table(
        "relayed",
        metadata,
        Column("partition", SmallInteger, primary_key=True, autoincrement=False),
        _big("pos"),
        _big("stream_seq"),
    )


def _deliveries(metadata: MetaData) -> None:
    Table(
        "delivery",
        metadata,
        Column("id", Uuid, primary_key=True),
        _uuid("merchant"),
        _text("consumer"),
        _uuid("event_id"),
        _text("event_stream"),
        Column("event_partition", SmallInteger, nullable=False),
        _big("event_pos"),
        _text("channel"),
        _text("kind"),
        _uuid("recipient"),
        Column("payload", JSONB, nullable=False),
        _text("state"),
        Column("attempt", Integer, nullable=False),
        _time("next_at"),
        _time("deadline"),
        _text("claimed_by", nullable=True),
        _uuid("lease_token", nullable=True),
        _text("reason"),
        Column("in_doubt", Boolean, nullable=False),
        _uuid("correlation"),
        _text("traceparent", nullable=True),
        _time("created_at"),
        _time("ended_at", nullable=True),
        Index("delivery_due", "channel", "next_at", postgresql_where=text("state in ('pending', 'retrying')")),
        Index("delivery_held", "claimed_by", postgresql_where=text("state in ('claimed', 'sending')")),
        Index("delivery_by_event", "event_stream", "event_partition", "event_pos"),
        Index("delivery_by_recipient", "merchant", "recipient", "kind"),
    )
    Table(
        "attempt",
        metadata,
        _uuid("delivery_id"),
        Column("number", Integer, nullable=False),
        _time("at"),
        _text("verdict"),
        _text("reason"),
        _text("host"),
        _text("answer"),
        _text("worker"),
        PrimaryKeyConstraint("delivery_id", "number", "at"),
    )


def _dead_letters(metadata: MetaData) -> None:
    Table(
        "dead_letter",
        metadata,
        Column("id", Uuid, primary_key=True),
        _uuid("merchant", nullable=True),
        _text("source"),
        _text("stream"),
        Column("partition", SmallInteger, nullable=False),
        _big("stream_seq"),
        _text("subject"),
        _text("type"),
        _uuid("key", nullable=True),
        _text("state"),
        _text("cause"),
        _text("error"),
        Column("headers", JSONB, nullable=False),
        _bytes("body"),
        _time("created_at"),
        _uuid("edited_from", nullable=True),
        _text("resolved_by", nullable=True),
        _time("resolved_at", nullable=True),
        Index("dead_letter_open", "state", "created_at"),
        Index("dead_letter_by_key", "merchant", "key", "stream_seq"),
    )
    Table(
        "parked_key",
        metadata,
        _uuid("merchant"),
        _uuid("key"),
        _uuid("dead_letter_id"),
        _time("since"),
        PrimaryKeyConstraint("merchant", "key"),
    )


def _housekeeping(metadata: MetaData) -> None:
    Table(
        "purge",
        metadata,
        Column("partition", SmallInteger, nullable=False),
        _time("stream_created"),
        _big("below_seq"),
        _big("messages"),
        _time("booked_at"),
        _time("done_at", nullable=True),
        PrimaryKeyConstraint("partition", "stream_created", "below_seq"),
    )
    Table(
        "restoration",
        metadata,
        _time("declared_at"),
        _time("stream_created"),
        _big("last_seq"),
        PrimaryKeyConstraint("declared_at"),
    )
    Table("watermark", metadata, _text("job"), _text("zone"), _time("until"), PrimaryKeyConstraint("job", "zone"))
    Table(
        "alarm",
        metadata,
        Column("id", Uuid, primary_key=True),
        _text("name"),
        Column("detail", JSONB, nullable=False),
        _time("raised_at"),
        _time("cleared_at", nullable=True),
        Index("alarm_open", "name", postgresql_where=text("cleared_at is null")),
    )
