"""Work by the clock, and work on the projections themselves.

None of it is a fold of the log, so no audit counts it again: how far work has come is known to who does it alone. A wrong
``schedule`` asks too late or again for what every command books anyway, and what a wrong ``rebuild`` leads to is compared,
row by row, with the tables that it replaces.
"""

from sqlalchemy import Column, PrimaryKeyConstraint, SmallInteger, Table

from ledger.store.tables.columns import day, flag, metadata, points, time, uuid, words

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

# One row a rebuild, the open one without finished_at; schema_version: of the tables that it was begun with.
rebuild = Table(
    "rebuild",
    metadata,
    uuid("id"),
    words("schema_version"),
    words("phase"),
    time("started_at"),
    time("switched_at", nullable=True),
    time("finished_at", nullable=True),
    PrimaryKeyConstraint("id"),
)

# Up to which position of each partition the rebuilt tables hold everything, once all lanes are done.
rebuild_bound = Table(
    "rebuild_bound",
    metadata,
    uuid("rebuild_id"),
    Column("partition", SmallInteger, nullable=False),
    points("pos"),
    PrimaryKeyConstraint("rebuild_id", "partition"),
)

# A lane folds the aggregates of its share, in the order of their keys; owner: the run that may write.
rebuild_lane = Table(
    "rebuild_lane",
    metadata,
    uuid("rebuild_id"),
    Column("lane", SmallInteger, nullable=False),
    Column("lanes", SmallInteger, nullable=False),
    uuid("owner"),
    uuid("merchant", nullable=True),
    uuid("aggregate", nullable=True),
    points("events"),
    flag("done"),
    PrimaryKeyConstraint("rebuild_id", "lane"),
)
