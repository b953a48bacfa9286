"""The third shape of a log's tables: a day that has ended is sealed, once."""

import sqlalchemy as sa
from alembic import op


def add_log_v3(schema: str) -> None:
    """What *schema*'s log got with this version: frozen; called by one migration of each service."""
    op.create_table(
        "seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("day"),
        schema=schema,
    )
