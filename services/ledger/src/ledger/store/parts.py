"""What can be asked for at once: each part is asked by keys of its own, and several of them go in one statement."""

import re
from functools import cache
from typing import NamedTuple

from ledger.store.shapes import (
    BIRTHDAY,
    CAMPAIGN,
    CARD_NUMBER,
    CARD_STORE,
    GIVEN,
    KNOWN_OF_CARD,
    LOT,
    RECEIPT,
    REDEEM_CODE,
    RESERVATION,
    STORE,
    TALLY,
    UNLOCKED,
    WELCOME,
    unnest,
)

TIMES = "since timestamptz until timestamptz"
DAYS = "first date last date"
_PLACE = re.compile(r"\$(\d+)")


class Part(NamedTuple):
    """*keys*: the columns of a key, each with its type; the texts know them as the table ``<name>_keys``, to which every
    row of *window* is added: when the commands of the batch may have happened.

    *steps*: tables that several of the *found* need; one array of rows comes back for each of *found*.
    """

    keys: str
    found: tuple[str, ...]
    steps: tuple[str, ...] = ()
    window: str = ""


def _rows(row: str, rest: str) -> str:
    return f"SELECT array_agg({row}) {rest}"


CARDS = Part(
    "merchant uuid card_id uuid depth int",
    (
        _rows(KNOWN_OF_CARD.row, "FROM cards"),
        _rows(LOT.row, "FROM lots"),
        _rows(UNLOCKED.row, "FROM unlocked"),
        _rows(RESERVATION.row, "FROM reservations"),
        _rows(
            STORE.row,
            "FROM (SELECT merchant, store_id FROM cards UNION SELECT merchant, store_id FROM lots"
            " UNION SELECT merchant, store_id FROM unlocked) k JOIN store s USING (merchant, store_id)",
        ),
        _rows(
            WELCOME.row.replace("card_id", "w.card_id"),
            "FROM cards c JOIN welcome w USING (merchant, customer_id) WHERE c.welcome_timing = 'first_purchase'",
        ),
    ),
    (
        "cards AS (SELECT c.* FROM cards_keys JOIN card c USING (merchant, card_id))",
        """lots AS (
  SELECT l.* FROM cards_keys k JOIN lot l USING (merchant, card_id)
  WHERE k.depth = 0 AND l.free > 0 AND l.expires_at IS NOT NULL AND l.expires_at <= k.until
  UNION ALL
  SELECT l.* FROM cards_keys k JOIN lot l USING (merchant, card_id)
  WHERE k.depth = 0 AND (l.held > 0 OR l.written_off > 0 OR l.inactivity)
    AND (l.held > 0 OR l.written_off > 0 OR l.expires_at > k.since)
  UNION ALL
  SELECT l.* FROM cards_keys k JOIN lot l USING (merchant, card_id)
  WHERE k.depth > 0 AND (k.depth > 1 OR l.free > 0 OR l.held > 0 OR l.written_off > 0
    OR ((l.inactivity OR l.expired > 0) AND l.expires_at > k.since))
)""",
        """unlocked AS (
  SELECT u.* FROM cards_keys k JOIN unlocked_reward u USING (merchant, card_id)
  WHERE k.depth < 2 AND (u.state = 'open' OR u.owed > 0)
  UNION ALL
  SELECT u.* FROM cards_keys k JOIN unlocked_reward u USING (merchant, card_id) WHERE k.depth > 1
)""",
        """reservations AS (
  SELECT r.* FROM cards_keys k JOIN reservation r USING (merchant, card_id) WHERE k.depth < 2 AND r.state = 'open'
  UNION ALL
  SELECT r.* FROM cards_keys k JOIN reservation r USING (merchant, card_id) WHERE k.depth > 1
)""",
    ),
    TIMES,
)
"""A card, its home store, and of lots, unlocked rewards and reservations what *depth* says (``asking.Depth``).

A first purchase may pay the welcome bonus, so whether that was paid comes along where it waits for one.
"""

PARTS: dict[str, Part] = {
    "cards": CARDS,
    "subjects": Part(
        "merchant uuid card_id uuid subject_id uuid",
        (
            _rows(
                UNLOCKED.row,
                "FROM subjects_keys k JOIN unlocked_reward u USING (merchant, card_id) WHERE u.unlocked_id = k.subject_id",
            ),
            _rows(
                RESERVATION.row,
                "FROM subjects_keys k JOIN reservation r USING (merchant, card_id)"
                " WHERE r.reservation_id = k.subject_id",
            ),
        ),
    ),
    "stores": Part(
        "merchant uuid store_id uuid",
        (_rows(STORE.row, "FROM stores_keys JOIN store s USING (merchant, store_id)"),),
    ),
    "stores_of": Part(
        "merchant uuid program_id uuid",
        (_rows(STORE.row, "FROM stores_of_keys JOIN store s USING (merchant, program_id)"),),
    ),
    "setups": Part(
        "merchant uuid",
        (
            _rows(
                "ROW(merchant, program_id, version, effective_from, withdrawn, names::text, rates::text, rounding,"
                " welcome_points, stamp_target, rules::text, ends_at, last_day) ORDER BY program_id, version",
                "FROM setups_keys JOIN program p USING (merchant) LEFT JOIN program_ending e USING (merchant, program_id)",
            ),
            _rows(
                f"{CAMPAIGN.row.replace('terms', 'terms::text')} ORDER BY campaign_id, version",
                "FROM setups_keys JOIN campaign c USING (merchant)",
            ),
            _rows(
                "ROW(merchant, reward_id, version, effective_from, terms::text, withdrawn, taken, retired_at)"
                " ORDER BY reward_id, version",
                "FROM setups_keys JOIN reward r USING (merchant) LEFT JOIN reward_stock s USING (merchant, reward_id)",
            ),
        ),
    ),
    "numbers": Part(
        "merchant uuid number text",
        (_rows(CARD_NUMBER.row, "FROM numbers_keys JOIN card_number n USING (merchant, number)"),),
    ),
    "codes": Part(
        "merchant uuid code text",
        (_rows(REDEEM_CODE.row, "FROM codes_keys JOIN redeem_code c USING (merchant, code)"),),
    ),
    "links": Part(
        "merchant uuid card_id uuid",
        (_rows(CARD_STORE.row, "FROM links_keys JOIN card_store s USING (merchant, card_id)"),),
    ),
    "receipts": Part(
        "merchant uuid store_id uuid receipt text",
        (
            _rows(
                RECEIPT.row,
                """FROM receipts_keys k JOIN store s USING (merchant, store_id)
  JOIN receipt r USING (merchant, program_id, store_id, receipt)
  WHERE r.period BETWEEN
    CASE s.receipt_scope WHEN 'day' THEN k.first::text WHEN 'year' THEN left(k.first::text, 4) ELSE '' END AND
    CASE s.receipt_scope WHEN 'day' THEN k.last::text WHEN 'year' THEN left(k.last::text, 4) ELSE '' END""",
            ),
        ),
        window=DAYS,
    ),
    "receipts_named": Part(
        "merchant uuid program_id uuid store_id uuid receipt text period text",
        (
            _rows(
                RECEIPT.row,
                "FROM receipts_named_keys JOIN receipt r USING (merchant, program_id, store_id, receipt, period)",
            ),
        ),
    ),
    "operations": Part(
        "merchant uuid id uuid",
        (
            _rows(
                "ROW(e.merchant, e.type, e.body, u.voided, u.taken_back, u.refunded, u.refund_numbers)",
                "FROM operations_keys JOIN event e USING (merchant, id)"
                " LEFT JOIN operation_undone u ON (u.merchant, u.operation_id) = (e.merchant, e.id)",
            ),
        ),
    ),
    "tallies": Part(
        "merchant uuid kind text subject text",
        (
            _rows(
                TALLY.row,
                "FROM tallies_keys k JOIN tally t USING (merchant, kind, subject) WHERE t.day BETWEEN k.first AND k.last",
            ),
        ),
        window=DAYS,
    ),
    "rewards_had": Part(
        "merchant uuid subject text",
        (_rows(TALLY.row, "FROM rewards_had_keys JOIN tally t USING (merchant, subject) WHERE t.kind = 'reward'"),),
    ),
    "given": Part(
        "merchant uuid card_id uuid",
        (
            _rows(
                GIVEN.row,
                "FROM given_keys k JOIN stamps_given g USING (merchant, card_id)"
                " WHERE g.effective_at BETWEEN k.since - interval '1 day' AND k.until + interval '1 day'",
            ),
        ),
        window=TIMES,
    ),
    "welcomes": Part(
        "merchant uuid customer_id uuid",
        (_rows(WELCOME.row, "FROM welcomes_keys JOIN welcome w USING (merchant, customer_id)"),),
    ),
    "birthdays": Part(
        "merchant uuid card_id uuid",
        (_rows(BIRTHDAY.row, "FROM birthdays_keys JOIN birthday b USING (merchant, card_id)"),),
    ),
}


@cache
def together(names: tuple[str, ...]) -> str:
    """The statement that asks for several parts in one round trip, by the arrays of their keys and then the window."""
    steps: list[str] = []
    found: list[str] = []
    width = 0
    for name in names:
        part = PARTS[name]
        columns, window = part.keys.split()[::2], part.window.split()
        arrays = shifted(unnest(part.keys), width)
        width += len(columns)
        values = "".join(
            f", ${width + number}::{kind} AS {column}"
            for number, (column, kind) in enumerate(zip(window[::2], window[1::2], strict=True), start=1)
        )
        width += len(window) // 2
        steps.append(f"{name}_keys AS (SELECT k.*{values} FROM {arrays} AS k({', '.join(columns)}))")
        steps.extend(part.steps)
        found.extend(f"({select})" for select in part.found)
    return f"WITH {', '.join(steps)} SELECT {', '.join(found)}"


def shifted(text: str, by: int) -> str:
    """*text* with the numbers of its parameters moved on."""
    return _PLACE.sub(lambda place: f"${int(place[1]) + by}", text)


def width_of_text(text: str) -> int:
    return len(set(_PLACE.findall(text)))


ALL = tuple(together((name,)) for name in PARTS)
