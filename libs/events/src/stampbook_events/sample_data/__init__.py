"""The examples' own data: a customer joins FASHIONHUB, buys, is stamped, fetches a reward, and gets mails and a pass.

Each example stands for itself; its figures are right for what it tells, not for all of them in a row.
"""

from collections.abc import Iterable

import msgspec

from stampbook_events.sample_data import (
    enrolling,
    ledger_cards,
    ledger_commands,
    ledger_offers,
    ledger_points,
    ledger_refusals,
    ledger_rewards,
    outcomes,
    sealing,
)
from stampbook_events.sample_data.cast import FASHIONHUB, FG, MERCHANT

__all__ = ["COMMAND_EXAMPLES", "EVENT_EXAMPLES", "FASHIONHUB", "FG", "MERCHANT"]


def _by_type(*examples: Iterable[msgspec.Struct]) -> dict[type[msgspec.Struct], msgspec.Struct]:
    return {type(example): example for some in examples for example in some}


COMMAND_EXAMPLES = _by_type(enrolling.COMMANDS, ledger_commands.COMMANDS)

EVENT_EXAMPLES = _by_type(
    enrolling.EVENTS,
    ledger_offers.EVENTS,
    ledger_cards.EVENTS,
    ledger_points.EVENTS,
    ledger_rewards.EVENTS,
    ledger_refusals.EVENTS,
    outcomes.EVENTS,
    sealing.EVENTS,
)
