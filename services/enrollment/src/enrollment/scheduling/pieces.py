"""Whose birthday it is: one statement, each row one gift that somebody agreed to."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from enrollment.domain.birthday import celebrated_on, is_due
from enrollment.personal import Vault
from stampbook_events import ids
from stampbook_events.ledger import GrantBirthday

AT_ONCE = 500
"""So many gifts are under way at most, so that tills never queue behind them."""

ZONES = "SELECT DISTINCT event ->> 'time_zone' AS zone FROM store ORDER BY 1"
# By the calendar of the store of enrollment, which is the card's home store (R3).
CELEBRATING = """
SELECT b.merchant, b.customer_id, b.program_id, b.day, b.given_at,
       coalesce(p.birthday_entered_at, p.updated_at) AS entered_at
FROM birthday_consent b
JOIN personal p ON p.merchant = b.merchant AND p.customer_id = b.customer_id AND p.erased_at IS NULL
JOIN LATERAL (
  SELECT m.store_id FROM membership m
  WHERE m.merchant = b.merchant AND m.customer_id = b.customer_id AND m.program_id = b.program_id
  ORDER BY m.joined_at, m.store_id LIMIT 1
) h ON true
JOIN store s ON s.merchant = b.merchant AND s.store_id = h.store_id AND s.event ->> 'time_zone' = $1
WHERE b.withdrawn_at IS NULL AND b.day = ANY($2::bytea[])
  AND (b.merchant, b.customer_id, b.program_id) > ($3::uuid, $4::uuid, $5::uuid)
ORDER BY b.merchant, b.customer_id, b.program_id LIMIT $6
"""
SETTLED = """
SELECT g.merchant, g.customer_id, g.program_id, g.year
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[]) AS k(merchant, customer_id, program_id, year)
JOIN birthday_gift g USING (merchant, customer_id, program_id, year)
"""
SETTLE = """
INSERT INTO birthday_gift (merchant, customer_id, program_id, year, code)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[]) ON CONFLICT DO NOTHING
"""


class Gift(NamedTuple):
    """*day* is the birthday, *asked_on* the local day on which the ledger is asked for it: each day again while it waits."""

    merchant: UUID
    customer_id: UUID
    program_id: UUID
    day: date
    asked_on: date

    @property
    def id(self) -> UUID:
        """The id of its command, whoever sends it and how often that day (R74). The ledger's key is card and year (R27)."""
        return uuid5(self.merchant, f"birthday:{self.card_id}:{self.asked_on}")

    @property
    def card_id(self) -> UUID:
        return ids.card_id(self.customer_id, self.program_id)

    @property
    def key(self) -> tuple[UUID, UUID, UUID, int]:
        return self.merchant, self.customer_id, self.program_id, self.day.year

    @property
    def command(self) -> GrantBirthday:
        return GrantBirthday(customer_id=self.customer_id, program_id=self.program_id, day=self.day)


def hashes_of(days: list[date], vault: Vault) -> dict[bytes, date]:
    """By the keyed hash of a day of birth the one of *days*, less than a year of them, on which it is celebrated."""
    return {vault.day_hash(born): day for day in days for born in celebrated_on(day)}


def gift_of(row: Any, days: dict[bytes, date], zone: str, today: date) -> Gift | None:
    """None for a birthday that waits until next year, or that began before there was consent."""
    day = days[row["day"]]
    if not is_due(day, zone, row["given_at"], row["entered_at"]):
        return None
    return Gift(row["merchant"], row["customer_id"], row["program_id"], day, today)
