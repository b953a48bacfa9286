"""Work by the clock."""

from sqlalchemy import PrimaryKeyConstraint, Table

from ledger.store.tables.columns import day, metadata, time, words

# By reached_at everything of the job that was due had been asked for; day is the local day of the zone, if it has one.
schedule = Table(
    "schedule",
    metadata,
    words("job"),
    words("zone"),
    day("day"),
    time("reached_at"),
    PrimaryKeyConstraint("job", "zone"),
)
