"""The second shape of a log's tables: a database that was restored is noticed, and declared to be one."""

import sqlalchemy as sa
from alembic import op


def add_log_v2(schema: str) -> None:
    """What *schema*'s log got with this version: frozen; called by one migration of each service."""
    op.create_table(
        "restoration",
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stream_created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("declared_at"),
        schema=schema,
    )
    op.add_column("cursor", sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False), schema=schema)
    op.add_column("worker", sa.Column("beats", sa.BigInteger(), server_default="0", nullable=False), schema=schema)
