"""Any figure of a card unfolds into the events that made it (C14): balance, stamps, a lot, a reward's state, an operation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from ledger.queries.explained import Explanation
from ledger.queries.past import card_then, past
from ledger.queries.questions import AskExplanation
from ledger.queries.unfolded import Begin
from ledger.queries.unfolding import Unfolding
from ledger.store.looking import one_moment
from stampbook_messaging.clock import Clock
from stampbook_messaging.queries import Answers, Refusal


@dataclass(frozen=True, slots=True)
class ExplanationQueries:
    pool: Any
    clock: Clock

    def answers(self) -> Answers:
        return {"explain": (AskExplanation, self.explain)}

    async def explain(self, request: AskExplanation) -> Explanation:
        """As of the instant asked for, or of a cursor's, or of now."""
        at, begin = _place(request, self.clock)
        async with one_moment(self.pool) as db:
            unfolding = Unfolding(db, request, await card_then(db, request.merchant, request.card_id, at), begin)
            if request.figure == "balance":
                return await unfolding.balance()
            if request.figure == "stamps":
                return await unfolding.stamps()
            if request.subject is None:
                raise Refusal("operation_unknown")
            return await getattr(unfolding, request.figure)(request.subject)  # type: ignore[no-any-return]


def _place(request: AskExplanation, clock: Clock) -> tuple[datetime, Begin]:
    """When, and how far it has been told before."""
    if request.cursor is None:
        return (clock.now() if request.at is None else past(request.at, clock)), Begin(0, 0)
    instant, *numbers = request.cursor.split("~")
    try:
        at = msgspec.convert(instant, datetime)
    except msgspec.ValidationError:
        raise Refusal("cursor_invalid") from None
    plain = all(number.isascii() and number.isdigit() and len(number) < 10 for number in numbers)
    if at.tzinfo is None or not plain or len(numbers) != len(Begin._fields):
        raise Refusal("cursor_invalid")
    return past(at, clock), Begin(*map(int, numbers))
