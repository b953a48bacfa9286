"""Sums that reports are made of; test customers are kept apart from all of them (R76-R78)."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from ledger.store.tables.columns import count, day, metadata, points, time, uuid

# An unlocked reward was opened (1) or came to an end (-1); value_minor is that of the one reward.
reward_change = Table(
    "reward_change",
    metadata,
    uuid("merchant"),
    uuid("card_id"),
    count("version"),
    uuid("unlocked_id"),
    time("counts_at"),
    uuid("program_id"),
    uuid("store_id"),
    count("change"),
    points("value_minor"),
    PrimaryKeyConstraint("merchant", "card_id", "version", "unlocked_id"),
    Index("reward_change_when", "merchant", "counts_at"),
)

# The postings and reward changes of one UTC day: what a local day has of it, the postings of its two ends tell.
account_day = Table(
    "account_day",
    metadata,
    uuid("merchant"),
    uuid("program_id"),
    uuid("store_id"),
    day("day"),
    points("issued"),
    points("held"),
    points("debt"),
    points("granted"),
    points("redeemed"),
    points("expired"),
    points("adjusted"),
    points("absorbed"),
    points("stamps"),
    points("rewards"),
    points("rewards_value"),
    PrimaryKeyConstraint("merchant", "program_id", "store_id", "day"),
    postgresql_with={"fillfactor": 80},
)

# What became of the lots that a store gave in a month of its zone.
cohort = Table(
    "cohort",
    metadata,
    uuid("merchant"),
    uuid("program_id"),
    uuid("store_id"),
    day("month"),
    points("granted"),
    points("reversed"),
    points("redeemed"),
    points("expired"),
    points("open"),
    PrimaryKeyConstraint("merchant", "program_id", "store_id", "month"),
    postgresql_with={"fillfactor": 80},
)
