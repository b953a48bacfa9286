"""The whole rule book: what lies on cards, what crosses them, and what merchants set up."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ROOM = {"fillfactor": 80}


def upgrade() -> None:
    _cards()
    _card_numbers()
    _lots()
    _unlocked_rewards()
    _reservations()
    _redeem_codes()
    _postings()
    _receipts()
    _operations()
    _counts()
    _programs()
    _offers("campaign")
    _offers("reward")
    _reward_stock()
    _stores()


def _uuid(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _words(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _count(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def _points(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _bytes(name: str) -> sa.Column:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _json(name: str) -> sa.Column:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=False)


def _table(name: str, *columns: sa.Column, key: tuple[str, ...], **more: object) -> None:
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*key), schema="ledger", **more)


def _index(name: str, table: str, columns: tuple[str, ...], where: str | None = None, *, unique: bool = False) -> None:
    condition = sa.text(where) if where else None
    op.create_index(name, table, list(columns), unique=unique, schema="ledger", postgresql_where=condition)


def _add(table: str, column: sa.Column, of_old_rows: str | None = None) -> None:
    """*of_old_rows*: what rows that are there already have in it, as SQL."""
    if column.nullable:
        op.add_column(table, column, schema="ledger")
        return
    column.nullable = True
    op.add_column(table, column, schema="ledger")
    op.execute(f"UPDATE ledger.{table} SET {column.name} = {of_old_rows}")
    op.alter_column(table, column.name, nullable=False, schema="ledger")


def _cards() -> None:
    _add("card", _points("held"), "0")
    _add("card", _points("owed"), "0")
    _add("card", _count("owed_stamps"), "0")
    _add("card", _uuid("capped_by", nullable=True))
    _add("card", _uuid("merged_into", nullable=True))
    _add("card", _flag("ended"), "false")
    _add("card", sa.Column("welcome_timing", sa.Text(), nullable=True))
    _add("card", _bytes("rest"), _rest())
    _index("card_merged", "card", ("merchant", "merged_into"), "merged_into IS NOT NULL")


def _rest() -> str:
    """The totals of the accounts, from the postings."""
    totals = """coalesce((SELECT jsonb_object_agg(account, amount) FROM (
        SELECT p.account, sum(p.amount) AS amount FROM ledger.posting p
        WHERE p.merchant = card.merchant AND p.card_id = card.card_id AND p.unit = '{unit}' GROUP BY p.account
    ) sums), '{{}}')"""
    document = f"jsonb_build_object('points', {totals.format(unit='points')}, 'stamps', {totals.format(unit='stamps')})"
    return f"convert_to({document}::text, 'UTF8')"


def _card_numbers() -> None:
    columns = _uuid("merchant"), _words("number"), _uuid("card_id"), _time("until", nullable=True)
    _table("card_number", *columns, key=("merchant", "number"))
    op.execute("INSERT INTO ledger.card_number SELECT merchant, number, card_id, NULL FROM ledger.card")


def _lots() -> None:
    _add("lot", _uuid("source"), "lot_id")
    _add("lot", _uuid("successor_of", nullable=True))
    for place in ("held", "redeemed", "expired", "reversed", "adjusted", "repaid", "succeeded", "written_off"):
        _add("lot", _points(place), "0")
    _add("lot", _day("expires_on", nullable=True))
    _add("lot", _time("expires_at", nullable=True))
    _add("lot", _time("recorded_at"), "effective_at")
    _add("lot", _flag("warned"), "false")
    _add("lot", _flag("ended"), "false")
    _add("lot", _flag("inactivity"), "false")
    _add("lot", _bytes("terms"), _terms())
    op.drop_column("lot", "program_version", schema="ledger")
    op.alter_column("lot", "store_id", nullable=True, schema="ledger")
    op.execute("ALTER TABLE ledger.lot SET (fillfactor = 80)")
    lapsing = "free > 0 AND expires_at IS NOT NULL"
    _index("lot_due", "lot", ("expires_at",), lapsing)
    _index("lot_of_card_due", "lot", ("merchant", "card_id", "expires_at"), lapsing)
    _index("lot_of_card_kept", "lot", ("merchant", "card_id"), "held > 0 OR written_off > 0 OR inactivity")
    _index("lot_unwarned", "lot", ("expires_on",), "free > 0 AND NOT warned AND expires_on IS NOT NULL")


def _terms() -> str:
    zone = """coalesce((SELECT s.time_zone FROM ledger.store s
        WHERE s.merchant = lot.merchant AND s.store_id = lot.store_id), 'UTC')"""
    never = "jsonb_build_object('kind', 'none')"
    document = f"jsonb_build_object('zone', {zone}, 'program_version', program_version, 'expiry', {never})"
    return f"convert_to({document}::text, 'UTF8')"


def _unlocked_rewards() -> None:
    _table(
        "unlocked_reward",
        _uuid("merchant"),
        _uuid("card_id"),
        _uuid("unlocked_id"),
        _uuid("reward_id", nullable=True),
        _uuid("store_id", nullable=True),
        _time("unlocked_at"),
        _count("number"),
        _count("target"),
        _points("value_minor"),
        _words("state"),
        _words("code"),
        _day("expires_on", nullable=True),
        _time("expires_at", nullable=True),
        _count("owed"),
        _count("written_off"),
        _time("ended_at", nullable=True),
        _uuid("used_store", nullable=True),
        _bytes("terms"),
        key=("merchant", "card_id", "unlocked_id"),
        postgresql_with=_ROOM,
    )
    _index("unlocked_due", "unlocked_reward", ("expires_at",), "state = 'open' AND expires_at IS NOT NULL")
    _index("unlocked_kept", "unlocked_reward", ("merchant", "card_id"), "state = 'open' OR owed > 0")


def _reservations() -> None:
    _table(
        "reservation",
        _uuid("merchant"),
        _uuid("card_id"),
        _uuid("reservation_id"),
        _uuid("reward_id"),
        _count("reward_version"),
        _count("quantity"),
        _points("cost"),
        _uuid("store_id"),
        _day("day"),
        _time("ends_at"),
        _words("state"),
        _words("code"),
        _time("ended_at", nullable=True),
        _uuid("used_store", nullable=True),
        _bytes("taken"),
        key=("merchant", "card_id", "reservation_id"),
        postgresql_with=_ROOM,
    )
    _index("reservation_due", "reservation", ("ends_at",), "state = 'open'")
    _index("reservation_open", "reservation", ("merchant", "card_id"), "state = 'open'")


def _redeem_codes() -> None:
    columns = _uuid("merchant"), _words("code"), _uuid("card_id"), _uuid("subject_id"), _flag("dead")
    _table("redeem_code", *columns, key=("merchant", "code"))


def _postings() -> None:
    _add("posting", _time("counts_at"), "recorded_at")


def _receipts() -> None:
    _add("receipt", _words("period"), "''")
    _add("receipt", _flag("voided"), "false")
    number = ("merchant", "program_id", "store_id", "receipt", "period")
    op.drop_constraint("receipt_pkey", "receipt", schema="ledger")
    op.create_primary_key("receipt_pkey", "receipt", [*number, "operation_id"], schema="ledger")
    once = "NOT voided AND purpose <> 'redemption'"
    _index("receipt_once", "receipt", (*number, "purpose"), once, unique=True)


def _operations() -> None:
    _index("event_by_id", "event", ("merchant", "id"))
    _table(
        "operation_undone",
        _uuid("merchant"),
        _uuid("operation_id"),
        _flag("voided"),
        _flag("taken_back"),
        _points("refunded"),
        _bytes("refund_numbers"),
        key=("merchant", "operation_id"),
    )


def _counts() -> None:
    columns = _uuid("merchant"), _words("kind"), _words("subject"), _day("day"), _points("amount")
    _table("tally", *columns, key=("merchant", "kind", "subject", "day"), postgresql_with=_ROOM)
    _table(
        "stamps_given",
        _uuid("merchant"),
        _uuid("card_id"),
        _time("effective_at"),
        _uuid("operation_id"),
        _uuid("store_id"),
        key=("merchant", "card_id", "effective_at", "operation_id"),
    )
    _table("birthday", _uuid("merchant"), _uuid("card_id"), _count("year"), key=("merchant", "card_id", "year"))


def _programs() -> None:
    _add("program", _json("rules"), "'{}'")
    _add("program", _flag("withdrawn"), "false")
    columns = _uuid("merchant"), _uuid("program_id"), _time("ends_at"), _day("last_day")
    _table("program_ending", *columns, key=("merchant", "program_id"))


def _offers(name: str) -> None:
    offer_id = f"{name}_id"
    columns = _count("version"), _time("effective_from"), _json("terms"), _flag("withdrawn")
    _table(name, _uuid("merchant"), _uuid(offer_id), *columns, key=("merchant", offer_id, "version"))


def _reward_stock() -> None:
    columns = _uuid("merchant"), _uuid("reward_id"), _points("taken"), _time("retired_at", nullable=True)
    _table("reward_stock", *columns, key=("merchant", "reward_id"), postgresql_with=_ROOM)


def _stores() -> None:
    _add("store", _words("receipt_scope"), "'for_ever'")
    _add("store", sa.Column("offline_points", sa.BigInteger(), nullable=True))
    _add("store", _count("offline_operations"), "0")
    _add("store", _bytes("stops"), "convert_to('[]', 'UTF8')")
