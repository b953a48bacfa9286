"""Consent to the birthday gift and what was done about it; which addresses are confirmed.

Of who joined before, the date of birth was told when the person was last written; nobody of them has agreed to a gift,
and no address is confirmed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "customer", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True), schema="enrollment"
    )
    op.add_column(
        "personal", sa.Column("birthday_entered_at", sa.DateTime(timezone=True), nullable=True), schema="enrollment"
    )
    op.execute("UPDATE enrollment.personal SET birthday_entered_at = updated_at WHERE erased_at IS NULL")
    op.create_table(
        "birthday_consent",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.LargeBinary(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("merchant", "customer_id", "program_id"),
        schema="enrollment",
    )
    op.create_index(
        "birthday_of_day",
        "birthday_consent",
        ["day", "merchant", "customer_id", "program_id"],
        schema="enrollment",
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "birthday_gift",
        sa.Column("merchant", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("merchant", "customer_id", "program_id", "year"),
        schema="enrollment",
    )
    op.create_table(
        "birthday_work",
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("zone"),
        schema="enrollment",
    )
