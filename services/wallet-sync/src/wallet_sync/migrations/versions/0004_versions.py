"""Programs in versions, each with its beginning; the class that the wallet has; cards that do not stay as they began."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _loyalty_class()
    _program()
    op.add_column("pass", sa.Column("state", sa.Text(), nullable=False, server_default="active"), schema="wallet")
    op.alter_column("pass", "state", server_default=None, schema="wallet")


def _loyalty_class() -> None:
    op.create_table(
        "loyalty_class",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("acknowledged", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "program_id"),
        schema="wallet",
    )
    op.execute("INSERT INTO wallet.loyalty_class SELECT merchant, program_id, class_acknowledged FROM wallet.program")


def _program() -> None:
    """What is known of a program is a version that has been in force for ever."""
    op.drop_column("program", "class_acknowledged", schema="wallet")
    op.drop_column("program", "stamp_target", schema="wallet")
    began = sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False, server_default="-infinity")
    op.add_column("program", began, schema="wallet")
    op.alter_column("program", "effective_from", server_default=None, schema="wallet")
    withdrawn = sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("program", withdrawn, schema="wallet")
    op.alter_column("program", "withdrawn", server_default=None, schema="wallet")
    op.drop_constraint("program_pkey", "program", schema="wallet")
    op.create_primary_key("program_pkey", "program", ["merchant", "program_id", "version"], schema="wallet")
