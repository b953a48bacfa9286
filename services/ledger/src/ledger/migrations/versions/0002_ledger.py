"""Programs, cards, lots, postings, and the keys that are taken once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _card()
    _card_store()
    _lot()
    _posting()
    _program()
    _receipt()
    _store()
    _welcome()


def _card() -> None:
    op.create_table(
        "card",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("stamps", sa.Integer(), nullable=False),
        sa.Column("stamp_target", sa.Integer(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "card_id"),
        sa.UniqueConstraint("merchant", "number"),
        schema="ledger",
        postgresql_with={"fillfactor": 80},
    )
    op.create_index("card_by_customer", "card", ["merchant", "customer_id"], schema="ledger")
    op.create_index("card_newest", "card", ["merchant", "opened_at", "card_id"], schema="ledger")


def _card_store() -> None:
    op.create_table(
        "card_store",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "card_id", "store_id"),
        schema="ledger",
    )


def _lot() -> None:
    op.create_table(
        "lot",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("free", sa.BigInteger(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("program_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "card_id", "lot_id"),
        schema="ledger",
    )


def _posting() -> None:
    op.create_table(
        "posting",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "card_id", "version", "unit", "account"),
        schema="ledger",
    )


def _program() -> None:
    op.create_table(
        "program",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("names", postgresql.JSONB(), nullable=False),
        sa.Column("rates", postgresql.JSONB(), nullable=False),
        sa.Column("rounding", sa.Text(), nullable=False),
        sa.Column("welcome_points", sa.BigInteger(), nullable=False),
        sa.Column("stamp_target", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("merchant", "program_id", "version"),
        schema="ledger",
    )


def _receipt() -> None:
    op.create_table(
        "receipt",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "program_id", "store_id", "purpose", "receipt"),
        schema="ledger",
    )


def _store() -> None:
    op.create_table(
        "store",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("loyalty", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "store_id"),
        schema="ledger",
    )


def _welcome() -> None:
    op.create_table(
        "welcome",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "customer_id"),
        schema="ledger",
    )
