"""The tables as their statements name them: which columns, of which types, which of them change."""

from typing import NamedTuple


class Shape(NamedTuple):
    """Columns, each followed by its type. The *key* begins with the merchant; *fixed* is written once."""

    table: str
    key: str
    fixed: str = ""
    changing: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Of all columns, in the order of the rows that are read and written."""
        return tuple(f"{self.key} {self.fixed} {self.changing}".split()[::2])

    @property
    def row(self) -> str:
        return f"ROW({', '.join(self.names)})"

    @property
    def insert(self) -> str:
        return f"INSERT INTO {self.table} ({', '.join(self.names)}) SELECT * FROM {unnest(self.everything)}"

    @property
    def everything(self) -> str:
        return f"{self.key} {self.fixed} {self.changing}"

    @property
    def update(self) -> str:
        """Of rows that come as key and changing columns."""
        columns = f"{self.key} {self.changing}"
        names = ", ".join(columns.split()[::2])
        sets = ", ".join(f"{name} = v.{name}" for name in self.changing.split()[::2])
        same = " AND ".join(f"t.{name} = v.{name}" for name in self.key.split()[::2])
        return f"UPDATE {self.table} t SET {sets} FROM {unnest(columns)} AS v({names}) WHERE {same}"

    @property
    def adding(self) -> str:
        """What a row that is there gets where all that changes are sums."""
        return ", ".join(f"{name} = t.{name} + excluded.{name}" for name in self.changing.split()[::2])

    def upsert(self, sets: str) -> str:
        """*sets*: what a row that is there gets; it is called t."""
        insert = self.insert.replace(f"INSERT INTO {self.table}", f"INSERT INTO {self.table} AS t", 1)
        return f"{insert} ON CONFLICT ({', '.join(self.key.split()[::2])}) DO UPDATE SET {sets}"


def unnest(columns: str) -> str:
    arrays = (f"${number}::{kind}[]" for number, kind in enumerate(columns.split()[1::2], start=1))
    return f"unnest({', '.join(arrays)})"


CARD = Shape(
    "card",
    "merchant uuid card_id uuid",
    "customer_id uuid program_id uuid store_id uuid test bool opened_at timestamptz",
    "number text language text state text version int balance bigint held bigint owed bigint stamps int stamp_target int"
    " owed_stamps int capped_by uuid merged_into uuid ended bool welcome_timing text rest bytea",
)
KNOWN_OF_CARD = Shape(
    "card",
    "merchant uuid card_id uuid",
    "customer_id uuid program_id uuid store_id uuid test bool opened_at timestamptz",
    "number text language text state text version int stamps int stamp_target int capped_by uuid merged_into uuid"
    " ended bool rest bytea",
)
"""Of a card what deciders read; the other figures follow from the totals."""
CARD_NUMBER = Shape("card_number", "merchant uuid number text", "card_id uuid", "until timestamptz")
CARD_STORE = Shape("card_store", "merchant uuid card_id uuid store_id uuid", "linked_at timestamptz")
LOT = Shape(
    "lot",
    "merchant uuid card_id uuid lot_id uuid",
    "program_id uuid store_id uuid source uuid successor_of uuid points bigint effective_at timestamptz recorded_at timestamptz inactivity bool"
    " cohort date terms bytea",
    "free bigint held bigint redeemed bigint expired bigint reversed bigint adjusted bigint repaid bigint succeeded bigint"
    " written_off bigint expires_on date expires_at timestamptz warned bool ended bool",
)
UNLOCKED = Shape(
    "unlocked_reward",
    "merchant uuid card_id uuid unlocked_id uuid",
    "reward_id uuid store_id uuid unlocked_at timestamptz number int target int value_minor bigint terms bytea",
    "state text code text expires_on date expires_at timestamptz owed int written_off int ended_at timestamptz"
    " used_store uuid",
)
RESERVATION = Shape(
    "reservation",
    "merchant uuid card_id uuid reservation_id uuid",
    "reward_id uuid reward_version int quantity int cost bigint store_id uuid day date ends_at timestamptz taken bytea",
    "state text code text ended_at timestamptz used_store uuid",
)
REDEEM_CODE = Shape("redeem_code", "merchant uuid code text", "card_id uuid subject_id uuid", "dead bool")
POSTING = Shape(
    "posting",
    "merchant uuid card_id uuid version int unit text account text",
    "amount bigint program_id uuid store_id uuid event_id uuid recorded_at timestamptz counts_at timestamptz",
)
REWARD_CHANGE = Shape(
    "reward_change",
    "merchant uuid card_id uuid version int unlocked_id uuid",
    "counts_at timestamptz program_id uuid store_id uuid change int value_minor bigint",
)
ACCOUNT_DAY = Shape(
    "account_day",
    "merchant uuid program_id uuid store_id uuid day date",
    changing="issued bigint held bigint debt bigint granted bigint redeemed bigint expired bigint adjusted bigint"
    " absorbed bigint stamps bigint rewards bigint rewards_value bigint",
)
COHORT = Shape(
    "cohort",
    "merchant uuid program_id uuid store_id uuid month date",
    changing="granted bigint reversed bigint redeemed bigint expired bigint open bigint",
)
RECEIPT = Shape(
    "receipt",
    "merchant uuid program_id uuid store_id uuid receipt text period text operation_id uuid",
    "purpose text card_id uuid recorded_at timestamptz",
    "voided bool",
)
UNDONE = Shape(
    "operation_undone",
    "merchant uuid operation_id uuid",
    changing="voided bool taken_back bool refunded bigint refund_numbers bytea",
)
TALLY = Shape("tally", "merchant uuid kind text subject text day date", changing="amount bigint")
GIVEN = Shape("stamps_given", "merchant uuid card_id uuid effective_at timestamptz operation_id uuid", "store_id uuid")
WELCOME = Shape("welcome", "merchant uuid customer_id uuid", "card_id uuid event_id uuid")
BIRTHDAY = Shape("birthday", "merchant uuid card_id uuid year int")
PROGRAM = Shape(
    "program",
    "merchant uuid program_id uuid version int",
    "effective_from timestamptz names jsonb rates jsonb rounding text welcome_points bigint stamp_target int rules jsonb",
    "withdrawn bool",
)
ENDING = Shape("program_ending", "merchant uuid program_id uuid", "ends_at timestamptz last_day date")
CAMPAIGN = Shape(
    "campaign",
    "merchant uuid campaign_id uuid version int",
    "effective_from timestamptz terms jsonb",
    "withdrawn bool",
)
REWARD = Shape(
    "reward", "merchant uuid reward_id uuid version int", "effective_from timestamptz terms jsonb", "withdrawn bool"
)
STOCK = Shape("reward_stock", "merchant uuid reward_id uuid", changing="taken bigint retired_at timestamptz")
STORE = Shape(
    "store",
    "merchant uuid store_id uuid",
    changing="program_id uuid time_zone text currency text loyalty text receipt_scope text offline_points bigint"
    " offline_operations int stops bytea version int",
)
