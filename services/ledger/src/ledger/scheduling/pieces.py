"""What is due: one statement a job, each row one piece of work. A decider looks afresh, so a piece too many does nothing."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid5

import msgspec

from stampbook_events.ledger import BookDue, WarnOfExpiry

Job = Literal["lapse", "reward_expire", "expire", "end", "warn"]
AT_ONCE = 500
"""So many pieces of a job are under way at most, so that tills never queue behind them."""


class Piece(NamedTuple):
    """*name* is what it is and when it fell due; *version* of its card, should it have to be asked for once more."""

    merchant: UUID
    card_id: UUID
    version: int
    name: str

    @property
    def id(self) -> UUID:
        """The id of its command, whoever sends it and how often (R74)."""
        return uuid5(self.merchant, self.name)

    @property
    def again(self) -> UUID:
        """Once for each version of the card: it had been asked for while there was nothing to do, for its clock stood."""
        return uuid5(self.merchant, f"{self.name}:{self.version}")


# A card that is frozen waits, and so does what was got in a store where loyalty is paused (R35).
_RUNNING = """
JOIN card c ON c.merchant = d.merchant AND c.card_id = d.card_id AND c.state = 'active'
JOIN store s ON s.merchant = d.merchant AND s.store_id = coalesce(d.store_id, c.store_id)
  AND s.loyalty IN ('live', 'pilot')
"""
STATEMENTS: Mapping[Job, str] = {
    "lapse": """
        SELECT d.merchant, d.card_id, c.version, d.reservation_id AS subject
        FROM reservation d JOIN card c USING (merchant, card_id)
        WHERE d.state = 'open' AND d.ends_at <= stampbook_now() ORDER BY d.ends_at LIMIT $1
    """,
    "reward_expire": f"""
        SELECT d.merchant, d.card_id, c.version, d.unlocked_id AS subject, d.expires_on AS day
        FROM unlocked_reward d {_RUNNING}
        WHERE d.state = 'open' AND d.expires_at <= stampbook_now() ORDER BY d.expires_at LIMIT $1
    """,
    "expire": f"""
        SELECT DISTINCT d.merchant, d.card_id, c.version, d.card_id AS subject, d.expires_at AS at
        FROM lot d {_RUNNING}
        WHERE d.free > 0 AND d.expires_at <= stampbook_now() ORDER BY d.expires_at LIMIT $1
    """,
    "end": """
        SELECT c.merchant, c.card_id, c.version, c.program_id AS subject
        FROM program_ending e JOIN card c USING (merchant, program_id)
        JOIN store s ON s.merchant = c.merchant AND s.store_id = c.store_id
        WHERE c.state IN ('active', 'frozen') AND NOT c.ended
          AND (e.last_day + 1)::timestamp AT TIME ZONE s.time_zone <= stampbook_now()
        ORDER BY c.merchant, c.card_id LIMIT $1
    """,
}
"""``warn`` has one of its own, for it goes by the local day of a zone."""

ZONES = "SELECT DISTINCT time_zone FROM store ORDER BY time_zone"
WARN = """
SELECT DISTINCT d.merchant, d.card_id, c.version, d.card_id AS subject
FROM lot d
JOIN card c ON c.merchant = d.merchant AND c.card_id = d.card_id AND c.state = 'active'
JOIN store s ON s.merchant = c.merchant AND s.store_id = c.store_id AND s.time_zone = $1
  AND s.loyalty IN ('live', 'pilot')
JOIN LATERAL (
  SELECT coalesce((p.rules ->> 'warn_days')::int, 30) AS days FROM program p
  WHERE p.merchant = c.merchant AND p.program_id = c.program_id AND NOT p.withdrawn
    AND p.effective_from <= stampbook_now()
  ORDER BY p.effective_from DESC, p.version DESC LIMIT 1
) w ON w.days > 0
WHERE d.free > 0 AND NOT d.warned AND d.expires_on <= $2::date + w.days AND d.expires_at > stampbook_now()
  AND (d.merchant, d.card_id) > ($3::uuid, $4::uuid)
ORDER BY d.merchant, d.card_id LIMIT $5
"""
ANSWERED = "SELECT command_id FROM inbox WHERE command_id = ANY($1::uuid[])"


def piece_of(job: Job, row: Any) -> Piece:
    match job:
        case "lapse":
            name = f"lapse:{row['subject']}"
        case "reward_expire":
            name = f"reward-expire:{row['subject']}:{row['day']}"
        case "expire":
            name = f"expire:{row['card_id']}:{_instant(row['at'])}"
        case "end":
            name = f"end:{row['subject']}:{row['card_id']}"
        case "warn":
            raise ValueError(job)
    return Piece(row["merchant"], row["card_id"], row["version"], name)


def warning_of(row: Any, day: date) -> Piece:
    return Piece(row["merchant"], row["card_id"], row["version"], f"warn:{row['card_id']}:{day}")


def command_of(job: Job, piece: Piece) -> msgspec.Struct:
    return WarnOfExpiry(card_id=piece.card_id) if job == "warn" else BookDue(card_id=piece.card_id)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
