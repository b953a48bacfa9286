"""Every refusal of the ledger, with its status and its words: the one table that the API and its documentation share."""

from collections.abc import Mapping

from gateway.refusals.givings import EARNING, RECEIPTS, STAMPS
from gateway.refusals.grounds import CARDS, NUMBERS, PLACES, TIMES
from gateway.refusals.hands import ADJUSTING, HOLDERS, SETTING_UP, WORK
from gateway.refusals.refusal import Refusal, Section
from gateway.refusals.spendings import CODES, RESERVATIONS, REWARDS
from gateway.refusals.undoings import UNDOING

SECTIONS: tuple[Section, ...] = (
    PLACES,
    CARDS,
    NUMBERS,
    TIMES,
    RECEIPTS,
    EARNING,
    STAMPS,
    REWARDS,
    RESERVATIONS,
    CODES,
    UNDOING,
    ADJUSTING,
    HOLDERS,
    SETTING_UP,
    WORK,
)

LEDGER: Mapping[str, Refusal] = {refusal.code: refusal for section in SECTIONS for refusal in section.refusals}

__all__ = ["LEDGER", "SECTIONS", "Refusal", "Section"]
