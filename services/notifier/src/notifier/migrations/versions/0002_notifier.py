"""What mails need to know of merchants, stores, programs, customers and cards, and whom each one went to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _merchant()
    _store()
    _program()
    _customer()
    _card()
    _addressed()


def _merchant() -> None:
    op.create_table(
        "merchant",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("merchant"),
        schema="notifier",
    )


def _store() -> None:
    op.create_table(
        "store",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subdomain", sa.Text(), nullable=False),
        sa.Column("accent", sa.Text(), nullable=False),
        sa.Column("default_language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "store_id"),
        schema="notifier",
    )


def _program() -> None:
    op.create_table(
        "program",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("names", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "program_id"),
        schema="notifier",
    )


def _customer() -> None:
    op.create_table(
        "customer",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("has_email", sa.Boolean(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "customer_id"),
        schema="notifier",
    )


def _card() -> None:
    op.create_table(
        "card",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("card_number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "card_id"),
        schema="notifier",
    )


def _addressed() -> None:
    op.create_table(
        "addressed",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("masked", sa.Text(), nullable=False),
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id"),
        schema="notifier",
    )
    op.create_index("addressed_by_index", "addressed", ["merchant", "address_index"], schema="notifier")
