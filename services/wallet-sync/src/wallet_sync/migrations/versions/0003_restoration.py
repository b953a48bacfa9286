"""A restored database is declared as one, once."""

from stampbook_messaging.migrations.log_v2 import add_log_v2

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_log_v2("wallet")
