"""The one description of the ledger's tables."""

from ledger.store.tables.cards import (
    card,
    card_number,
    card_store,
    lot,
    posting,
    redeem_code,
    reservation,
    unlocked_reward,
)
from ledger.store.tables.columns import SCHEMA, metadata
from ledger.store.tables.operations import birthday, operation_undone, receipt, stamps_given, tally, welcome
from ledger.store.tables.reports import account_day, cohort, reward_change
from ledger.store.tables.setup import campaign, program, program_ending, reward, reward_stock, store
from ledger.store.tables.work import rebuild, rebuild_bound, rebuild_lane, schedule

__all__ = [
    "SCHEMA",
    "account_day",
    "birthday",
    "campaign",
    "card",
    "card_number",
    "card_store",
    "cohort",
    "lot",
    "metadata",
    "operation_undone",
    "posting",
    "program",
    "program_ending",
    "rebuild",
    "rebuild_bound",
    "rebuild_lane",
    "receipt",
    "redeem_code",
    "reservation",
    "reward",
    "reward_change",
    "reward_stock",
    "schedule",
    "stamps_given",
    "store",
    "tally",
    "unlocked_reward",
    "welcome",
]
