"""A day that has ended is sealed, once."""

from stampbook_messaging.migrations.log_v3 import add_log_v3

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_log_v3("ledger")
