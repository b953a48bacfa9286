"""What reports sum up: reward changes, accounts by day, cohorts; of the log that is there too."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ROOM = {"fillfactor": 80}
_ACCOUNTS = ("issued", "held", "debt", "granted", "redeemed", "expired", "adjusted", "absorbed")
_OF_COHORTS = ("granted", "reversed", "redeemed", "expired", "open")
_BODY = "convert_from(e.body, 'UTF8')::jsonb"
# What the clock did counts when it fell due, what it unlocked then as well.
_COUNTS_AT = f"""CASE split_part(e.type, '.', 2)
  WHEN 'points_expired' THEN ({_BODY} ->> 'occurred_at')::timestamptz
  WHEN 'reservation_lapsed' THEN ({_BODY} ->> 'occurred_at')::timestamptz
  WHEN 'reward_expired' THEN ({_BODY} ->> 'occurred_at')::timestamptz
  WHEN 'reward_unlocked' THEN ({_BODY} -> 'data' -> 'rewards' -> 0 ->> 'since')::timestamptz
  ELSE e.recorded_at END"""


def upgrade() -> None:
    _tables()
    _cohorts_of_lots()
    _when_postings_count()
    _reward_changes()
    _account_days()
    _cohorts()
    for table in ("posting", "reward_change"):
        op.create_index(f"{table}_when", table, ["merchant", "counts_at"], schema="ledger")
    op.create_index(
        "card_test", "card", ["merchant", "card_id"], schema="ledger", postgresql_where=sa.text("test")
    )


def _uuid(name: str) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=False)


def _sum(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _tables() -> None:
    op.create_table(
        "reward_change",
        _uuid("merchant"),
        _uuid("card_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        _uuid("unlocked_id"),
        sa.Column("counts_at", sa.DateTime(timezone=True), nullable=False),
        _uuid("program_id"),
        _uuid("store_id"),
        sa.Column("change", sa.Integer(), nullable=False),
        _sum("value_minor"),
        sa.PrimaryKeyConstraint("merchant", "card_id", "version", "unlocked_id"),
        schema="ledger",
    )
    of_a_day = (*_ACCOUNTS, "stamps", "rewards", "rewards_value")
    for table, period, sums in (("account_day", "day", of_a_day), ("cohort", "month", _OF_COHORTS)):
        op.create_table(
            table,
            _uuid("merchant"),
            _uuid("program_id"),
            _uuid("store_id"),
            sa.Column(period, sa.Date(), nullable=False),
            *map(_sum, sums),
            sa.PrimaryKeyConstraint("merchant", "program_id", "store_id", period),
            schema="ledger",
            postgresql_with=_ROOM,
        )


def _cohorts_of_lots() -> None:
    """Of a successor that of the first lot of its operation."""
    op.add_column("lot", sa.Column("cohort", sa.Date(), nullable=True), schema="ledger")
    zone = "convert_from(l.terms, 'UTF8')::jsonb ->> 'zone'"
    op.execute(f"""
        UPDATE ledger.lot l
        SET cohort = date_trunc('month', coalesce((
          SELECT f.recorded_at FROM ledger.lot f
          WHERE l.successor_of IS NOT NULL AND f.merchant = l.merchant AND f.card_id = l.card_id
            AND f.source = l.source AND f.successor_of IS NULL
        ), l.recorded_at) AT TIME ZONE ({zone}))::date
    """)
    op.alter_column("lot", "cohort", nullable=False, schema="ledger")


def _when_postings_count() -> None:
    op.execute(f"""
        UPDATE ledger.posting p SET counts_at = {_COUNTS_AT}
        FROM ledger.event e
        WHERE e.merchant = p.merchant AND e.id = p.event_id AND p.counts_at <> {_COUNTS_AT}
    """)


def _reward_changes() -> None:
    """One that ended was open before; a use that was voided opens its reward again."""
    op.execute(f"""
        WITH told AS (
          SELECT e.merchant, e.aggregate, e.version, split_part(e.type, '.', 2) AS kind, {_COUNTS_AT} AS counts_at,
                 {_BODY} -> 'data' AS data
          FROM ledger.event e
          WHERE split_part(e.type, '.', 2) IN ('reward_unlocked', 'reward_used', 'reward_expired', 'use_voided')
             OR position('"withdrawn":'::bytea IN e.body) > 0
        ), ended AS (
          SELECT t.*, 1 AS change, u ->> 'unlocked_id' AS unlocked_id
          FROM told t, jsonb_array_elements(t.data -> 'rewards') u WHERE t.kind = 'reward_unlocked'
          UNION ALL
          SELECT t.*, CASE t.kind WHEN 'use_voided' THEN 1 ELSE -1 END, t.data ->> 'unlocked_id'
          FROM told t
          WHERE t.kind IN ('reward_used', 'reward_expired') OR (t.kind = 'use_voided' AND t.data ->> 'state' = 'open')
          UNION ALL
          SELECT t.*, -1, w FROM told t, jsonb_array_elements_text(t.data -> 'withdrawn') w
          WHERE t.kind = 'points_expired'
          UNION ALL
          SELECT t.*, -1, w FROM told t, jsonb_array_elements_text(t.data -> 'stamping' -> 'withdrawn') w
        )
        INSERT INTO ledger.reward_change
        SELECT o.merchant, o.aggregate, o.version, o.unlocked_id::uuid, o.counts_at, c.program_id,
               coalesce(u.store_id, c.store_id), o.change, u.value_minor
        FROM ended o
        JOIN ledger.card c ON c.merchant = o.merchant AND c.card_id = o.aggregate AND NOT c.test
        JOIN ledger.unlocked_reward u ON u.merchant = o.merchant AND u.unlocked_id = o.unlocked_id::uuid
    """)


def _account_days() -> None:
    accounts = ", ".join(
        f"coalesce(sum(p.amount) FILTER (WHERE p.unit = 'points' AND p.account = '{account}'), 0)"
        for account in _ACCOUNTS
    )
    adding = ", ".join(f"{name} = excluded.{name}" for name in ("rewards", "rewards_value"))
    op.execute(f"""
        INSERT INTO ledger.account_day
        SELECT p.merchant, p.program_id, p.store_id, (p.counts_at AT TIME ZONE 'UTC')::date, {accounts},
               coalesce(sum(p.amount) FILTER (WHERE p.unit = 'stamps' AND p.account = 'issued'), 0), 0, 0
        FROM ledger.posting p JOIN ledger.card c USING (merchant, card_id)
        WHERE NOT c.test GROUP BY 1, 2, 3, 4
    """)
    op.execute(f"""
        INSERT INTO ledger.account_day
        SELECT r.merchant, r.program_id, r.store_id, (r.counts_at AT TIME ZONE 'UTC')::date, {', '.join('0' * 9)},
               sum(r.change), sum(r.change * r.value_minor)
        FROM ledger.reward_change r GROUP BY 1, 2, 3, 4
        ON CONFLICT (merchant, program_id, store_id, day) DO UPDATE SET {adding}
    """)


def _cohorts() -> None:
    op.execute("""
        INSERT INTO ledger.cohort
        SELECT l.merchant, l.program_id, coalesce(l.store_id, c.store_id), l.cohort,
               coalesce(sum(l.points) FILTER (WHERE l.successor_of IS NULL), 0), sum(l.reversed), sum(l.redeemed),
               sum(l.expired), sum(l.free + l.held)
        FROM ledger.lot l JOIN ledger.card c USING (merchant, card_id)
        WHERE NOT c.test GROUP BY 1, 2, 3, 4
    """)
