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
from ledger.store.tables.setup import campaign, program, program_ending, reward, reward_stock, store
from ledger.store.tables.work import rebuild, rebuild_bound, rebuild_lane, schedule

__all__ = [
    "SCHEMA",
    "birthday",
    "campaign",
    "card",
    "card_number",
    "card_store",
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
    "reward_stock",
    "schedule",
    "stamps_given",
    "store",
    "tally",
    "unlocked_reward",
    "welcome",
]
