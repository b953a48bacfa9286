"""Keys that cross cards: receipts, what was undone, counts of the day, and what happens once."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table, text

from ledger.store.tables.columns import count, day, document, flag, metadata, points, time, uuid, words

# Operations are found again by the ids of their events.
Index("event_by_id", metadata.tables["ledger.event"].c.merchant, metadata.tables["ledger.event"].c.id)

# One earning and one giving of stamps a number; any number of redemptions (R19).
receipt = Table(
    "receipt",
    metadata,
    uuid("merchant"),
    uuid("program_id"),
    uuid("store_id"),
    words("receipt"),
    words("period"),
    uuid("operation_id"),
    words("purpose"),
    uuid("card_id"),
    time("recorded_at"),
    flag("voided"),
    PrimaryKeyConstraint("merchant", "program_id", "store_id", "receipt", "period", "operation_id"),
    Index(
        "receipt_once",
        "merchant",
        "program_id",
        "store_id",
        "receipt",
        "period",
        "purpose",
        unique=True,
        postgresql_where=text("NOT voided AND purpose <> 'redemption'"),
    ),
)

# What became of an operation since it was recorded; the operation itself is the event.
operation_undone = Table(
    "operation_undone",
    metadata,
    uuid("merchant"),
    uuid("operation_id"),
    flag("voided"),
    flag("taken_back"),
    points("refunded"),
    document("refund_numbers"),
    PrimaryKeyConstraint("merchant", "operation_id"),
)

tally = Table(
    "tally",
    metadata,
    uuid("merchant"),
    words("kind"),
    words("subject"),
    day("day"),
    points("amount"),
    PrimaryKeyConstraint("merchant", "kind", "subject", "day"),
    postgresql_with={"fillfactor": 80},
)

# Stamps given at terminals, for the cooldown (R62).
stamps_given = Table(
    "stamps_given",
    metadata,
    uuid("merchant"),
    uuid("card_id"),
    time("effective_at"),
    uuid("operation_id"),
    uuid("store_id"),
    PrimaryKeyConstraint("merchant", "card_id", "effective_at", "operation_id"),
)

welcome = Table(
    "welcome",
    metadata,
    uuid("merchant"),
    uuid("customer_id"),
    uuid("card_id"),
    uuid("event_id"),
    PrimaryKeyConstraint("merchant", "customer_id"),
)

birthday = Table(
    "birthday",
    metadata,
    uuid("merchant"),
    uuid("card_id"),
    count("year"),
    PrimaryKeyConstraint("merchant", "card_id", "year"),
)
