"""Passes with what is wanted and acknowledged, what they are built from, and short links to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _merchant()
    _pass()
    _program()
    _save_link()
    _store()


def _merchant() -> None:
    op.create_table(
        "merchant",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("merchant"),
        schema="wallet",
    )


def _pass() -> None:
    op.create_table(
        "pass",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("card_number", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("stamps", sa.Integer(), nullable=False),
        sa.Column("stamp_target", sa.Integer(), nullable=True),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "card_id"),
        schema="wallet",
    )


def _program() -> None:
    op.create_table(
        "program",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("names", postgresql.JSONB(), nullable=False),
        sa.Column("stamp_target", sa.Integer(), nullable=True),
        sa.Column("class_acknowledged", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "program_id"),
        schema="wallet",
    )


def _save_link() -> None:
    op.create_table(
        "save_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
        schema="wallet",
    )


def _store() -> None:
    op.create_table(
        "store",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subdomain", sa.Text(), nullable=False),
        sa.Column("accent", sa.Text(), nullable=False),
        sa.Column("logo_url", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("merchant", "store_id"),
        schema="wallet",
    )
