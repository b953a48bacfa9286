"""Cards and what lies on them: lots, unlocked rewards, reservations, and the lines of every event."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table, UniqueConstraint, text

from ledger.store.tables.columns import count, day, document, flag, metadata, points, time, uuid, words

# Room on the page lets new figures take the place of the old ones without touching an index.
ROOM = {"fillfactor": 80}

# balance = free + held - owed, whatever has lapsed of it since (R39); rest: ``store.documents.CardRest``.
card = Table(
    "card",
    metadata,
    uuid("merchant"),
    uuid("card_id"),
    uuid("customer_id"),
    uuid("program_id"),
    uuid("store_id"),
    words("number"),
    words("language"),
    flag("test"),
    time("opened_at"),
    words("state"),
    count("version"),
    points("balance"),
    points("held"),
    points("owed"),
    count("stamps"),
    count("stamp_target", nullable=True),
    count("owed_stamps"),
    uuid("capped_by", nullable=True),
    uuid("merged_into", nullable=True),
    flag("ended"),
    words("welcome_timing", nullable=True),
    document("rest"),
    PrimaryKeyConstraint("merchant", "card_id"),
    UniqueConstraint("merchant", "number"),
    Index("card_by_customer", "merchant", "customer_id"),
    Index("card_newest", "merchant", "opened_at", "card_id"),
    Index("card_merged", "merchant", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    Index("card_test", "merchant", "card_id", postgresql_where=text("test")),
    postgresql_with=ROOM,
)

# Every number a card ever had: until when, if it has another one now (R67).
card_number = Table(
    "card_number",
    metadata,
    uuid("merchant"),
    words("number"),
    uuid("card_id"),
    time("until", nullable=True),
    PrimaryKeyConstraint("merchant", "number"),
)

card_store = Table(
    "card_store",
    metadata,
    uuid("merchant"),
    uuid("card_id"),
    uuid("store_id"),
    time("linked_at"),
    PrimaryKeyConstraint("merchant", "card_id", "store_id"),
)

# free to succeeded add up to points; what its expiry is follows from terms: ``store.documents.LotTerms``.
lot = Table(
    "lot",
    metadata,
    uuid("merchant"),
    uuid("card_id"),
    uuid("lot_id"),
    uuid("program_id"),
    uuid("store_id", nullable=True),
    uuid("source"),
    uuid("successor_of", nullable=True),
    points("points"),
    points("free"),
    points("held"),
    points("redeemed"),
    points("expired"),
    points("reversed"),
    points("adjusted"),
    points("repaid"),
    points("succeeded"),
    points("written_off"),
    time("effective_at"),
    time("recorded_at"),
    day("expires_on", nullable=True),
    time("expires_at", nullable=True),
    flag("warned"),
    flag("ended"),
    flag("inactivity"),
    day("cohort"),
    document("terms"),
    PrimaryKeyConstraint("merchant", "card_id", "lot_id"),
    Index("lot_due", "expires_at", postgresql_where=text("free > 0 AND expires_at IS NOT NULL")),
    Index("lot_unwarned", "expires_on", postgresql_where=text("free > 0 AND NOT warned AND expires_on IS NOT NULL")),
    Index(
        "lot_of_card_due",
        "merchant",
        "card_id",
        "expires_at",
        postgresql_where=text("free > 0 AND expires_at IS NOT NULL"),
    ),
    Index(
        "lot_of_card_kept",
        "merchant",
        "card_id",
        postgresql_where=text("held > 0 OR written_off > 0 OR inactivity"),
    ),
    postgresql_with=ROOM,
)

unlocked_reward = Table(
    "unlocked_reward",
    metadata,
    uuid("merchant"),
    uuid("card_id"),
    uuid("unlocked_id"),
    uuid("reward_id", nullable=True),
    uuid("store_id", nullable=True),
    time("unlocked_at"),
    count("number"),
    count("target"),
    points("value_minor"),
    words("state"),
    words("code"),
    day("expires_on", nullable=True),
    time("expires_at", nullable=True),
    count("owed"),
    count("written_off"),
    time("ended_at", nullable=True),
    uuid("used_store", nullable=True),
    document("terms"),
    PrimaryKeyConstraint("merchant", "card_id", "unlocked_id"),
    Index("unlocked_due", "expires_at", postgresql_where=text("state = 'open' AND expires_at IS NOT NULL")),
    Index("unlocked_kept", "merchant", "card_id", postgresql_where=text("state = 'open' OR owed > 0")),
    postgresql_with=ROOM,
)

reservation = Table(
    "reservation",
    metadata,
    uuid("merchant"),
    uuid("card_id"),
    uuid("reservation_id"),
    uuid("reward_id"),
    count("reward_version"),
    count("quantity"),
    points("cost"),
    uuid("store_id"),
    day("day"),
    time("ends_at"),
    words("state"),
    words("code"),
    time("ended_at", nullable=True),
    uuid("used_store", nullable=True),
    document("taken"),
    PrimaryKeyConstraint("merchant", "card_id", "reservation_id"),
    Index("reservation_due", "ends_at", postgresql_where=text("state = 'open'")),
    Index("reservation_open", "merchant", "card_id", postgresql_where=text("state = 'open'")),
    postgresql_with=ROOM,
)

# No code ever comes again (R46); dead ones were replaced with their card's number (R67).
redeem_code = Table(
    "redeem_code",
    metadata,
    uuid("merchant"),
    words("code"),
    uuid("card_id"),
    uuid("subject_id"),
    flag("dead"),
    PrimaryKeyConstraint("merchant", "code"),
)

# (merchant, card_id, version) is the event on the card that wrote the line; of a merge the survivor's event wrote on both.
posting = Table(
    "posting",
    metadata,
    uuid("merchant"),
    uuid("card_id"),
    count("version"),
    words("unit"),
    words("account"),
    points("amount"),
    uuid("program_id"),
    uuid("store_id"),
    uuid("event_id"),
    time("recorded_at"),
    time("counts_at"),
    PrimaryKeyConstraint("merchant", "card_id", "version", "unit", "account"),
    Index("posting_when", "merchant", "counts_at"),
)
