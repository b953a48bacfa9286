"""The first shape of a log's tables, for the first migration of each service."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from stampbook_messaging.migrate import first_rows


def create_log_v1(schema: str) -> None:
    """The tables of *schema*'s log as they were first released: frozen, like every migration; called by a service's first one."""
    _aggregate(schema)
    _alarm(schema)
    _attempt(schema)
    _cursor(schema)
    _dead_letter(schema)
    _delivery(schema)
    _event(schema)
    _inbox(schema)
    _parked_key(schema)
    _partition(schema)
    _purge(schema)
    _relay(schema)
    _relayed(schema)
    _replayed(schema)
    _watermark(schema)
    _worker(schema)
    first_rows(op, schema)


def _aggregate(schema: str) -> None:
    op.create_table(
        "aggregate",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "id"),
        schema=schema,
    )


def _alarm(schema: str) -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema=schema,
    )
    op.create_index("alarm_open", "alarm", ["name"], schema=schema, postgresql_where=sa.text("cleared_at is null"))


def _attempt(schema: str) -> None:
    op.create_table(
        "attempt",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "number", "at"),
        schema=schema,
    )


def _cursor(schema: str) -> None:
    op.create_table(
        "cursor",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.Column("stream_created", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pos", sa.BigInteger(), nullable=False),
        sa.Column("stream_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "stream", "partition"),
        schema=schema,
    )


def _dead_letter(schema: str) -> None:
    op.create_table(
        "dead_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant", sa.Uuid(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.Column("stream_seq", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("headers", postgresql.JSONB(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_from", sa.Uuid(), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema=schema,
    )
    op.create_index("dead_letter_by_key", "dead_letter", ["merchant", "key", "stream_seq"], schema=schema)
    op.create_index("dead_letter_open", "dead_letter", ["state", "created_at"], schema=schema)


def _delivery(schema: str) -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event_stream", sa.Text(), nullable=False),
        sa.Column("event_partition", sa.SmallInteger(), nullable=False),
        sa.Column("event_pos", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Uuid(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("in_doubt", sa.Boolean(), nullable=False),
        sa.Column("correlation", sa.Uuid(), nullable=False),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema=schema,
    )
    op.create_index("delivery_by_event", "delivery", ["event_stream", "event_partition", "event_pos"], schema=schema)
    op.create_index("delivery_by_recipient", "delivery", ["merchant", "recipient", "kind"], schema=schema)
    op.create_index(
        "delivery_due",
        "delivery",
        ["channel", "next_at"],
        schema=schema,
        postgresql_where=sa.text("state in ('pending', 'retrying')"),
    )
    op.create_index(
        "delivery_held",
        "delivery",
        ["claimed_by"],
        schema=schema,
        postgresql_where=sa.text("state in ('claimed', 'sending')"),
    )


def _event(schema: str) -> None:
    op.create_table(
        "event",
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.Column("pos", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("aggregate", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=True),
        sa.Column("cmd_seq", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("partition", "pos"),
        sa.UniqueConstraint("merchant", "aggregate", "version"),
        schema=schema,
    )


def _inbox(schema: str) -> None:
    op.create_table(
        "inbox",
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.Column("cmd_seq", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("command_id"),
        schema=schema,
    )
    op.create_index("inbox_by_position", "inbox", ["partition", "cmd_seq"], schema=schema)


def _parked_key(schema: str) -> None:
    op.create_table(
        "parked_key",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("dead_letter_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "key"),
        schema=schema,
    )


def _partition(schema: str) -> None:
    op.create_table(
        "partition",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("stream_created", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cmd_seq", sa.BigInteger(), nullable=False),
        sa.Column("cmd_id", sa.Uuid(), nullable=True),
        sa.Column("pos", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema=schema,
    )


def _purge(schema: str) -> None:
    op.create_table(
        "purge",
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.Column("stream_created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("below_seq", sa.BigInteger(), nullable=False),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("partition", "stream_created", "below_seq"),
        schema=schema,
    )


def _relay(schema: str) -> None:
    op.create_table(
        "relay",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("stream_created", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema=schema,
    )


def _relayed(schema: str) -> None:
    op.create_table(
        "relayed",
        sa.Column("partition", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("pos", sa.BigInteger(), nullable=False),
        sa.Column("stream_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("partition"),
        schema=schema,
    )


def _replayed(schema: str) -> None:
    op.create_table(
        "replayed",
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.Column("cmd_seq", sa.BigInteger(), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("partition", "cmd_seq"),
        schema=schema,
    )


def _watermark(schema: str) -> None:
    op.create_table(
        "watermark",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", "zone"),
        schema=schema,
    )


def _worker(schema: str) -> None:
    op.create_table(
        "worker",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema=schema,
    )
