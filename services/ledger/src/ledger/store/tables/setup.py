"""What a merchant has set up: programs, campaigns and rewards in versions, and enrollment's stores.

``store`` is no fold of the ledger's log but enrollment's last word, so the audit of this log cannot count it again; that
every word was read, the cursors tell, and what followed from it for points stands in the events.
"""

from sqlalchemy import PrimaryKeyConstraint, Table

from ledger.store.tables.columns import count, day, document, flag, metadata, points, readable, time, uuid, words

program = Table(
    "program",
    metadata,
    uuid("merchant"),
    uuid("program_id"),
    count("version"),
    time("effective_from"),
    readable("names"),
    readable("rates"),
    words("rounding"),
    points("welcome_points"),
    count("stamp_target", nullable=True),
    readable("rules"),
    flag("withdrawn"),
    PrimaryKeyConstraint("merchant", "program_id", "version"),
)

program_ending = Table(
    "program_ending",
    metadata,
    uuid("merchant"),
    uuid("program_id"),
    time("ends_at"),
    day("last_day"),
    PrimaryKeyConstraint("merchant", "program_id"),
)

campaign = Table(
    "campaign",
    metadata,
    uuid("merchant"),
    uuid("campaign_id"),
    count("version"),
    time("effective_from"),
    readable("terms"),
    flag("withdrawn"),
    PrimaryKeyConstraint("merchant", "campaign_id", "version"),
)

reward = Table(
    "reward",
    metadata,
    uuid("merchant"),
    uuid("reward_id"),
    count("version"),
    time("effective_from"),
    readable("terms"),
    flag("withdrawn"),
    PrimaryKeyConstraint("merchant", "reward_id", "version"),
)

# taken: held or handed over and not given back (R42).
reward_stock = Table(
    "reward_stock",
    metadata,
    uuid("merchant"),
    uuid("reward_id"),
    points("taken"),
    time("retired_at", nullable=True),
    PrimaryKeyConstraint("merchant", "reward_id"),
    postgresql_with={"fillfactor": 80},
)

# What enrollment last told of its stores; the version keeps an older word from overwriting a newer one.
store = Table(
    "store",
    metadata,
    uuid("merchant"),
    uuid("store_id"),
    uuid("program_id"),
    words("time_zone"),
    words("currency"),
    words("loyalty"),
    words("receipt_scope"),
    points("offline_points", nullable=True),
    count("offline_operations"),
    document("stops"),
    count("version"),
    PrimaryKeyConstraint("merchant", "store_id"),
)
