"""Programs in versions, each with its beginning, and cards that may get another number."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _program()
    op.add_column("card", sa.Column("version", sa.Integer(), nullable=False, server_default="1"), schema="notifier")
    op.alter_column("card", "version", server_default=None, schema="notifier")


def _program() -> None:
    """What is known of a program is a version that has been in force for ever."""
    began = sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False, server_default="-infinity")
    op.add_column("program", began, schema="notifier")
    op.alter_column("program", "effective_from", server_default=None, schema="notifier")
    withdrawn = sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("program", withdrawn, schema="notifier")
    op.alter_column("program", "withdrawn", server_default=None, schema="notifier")
    op.drop_constraint("program_pkey", "program", schema="notifier")
    op.create_primary_key("program_pkey", "program", ["merchant", "program_id", "version"], schema="notifier")
