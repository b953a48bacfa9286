"""What every log consists of."""

from stampbook_messaging.migrations.log_v1 import create_log_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_log_v1("enrollment")
