"""All that a customer or an accountant could see, whenever it was booked; so that two keepers can be compared."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rulebook.speaking import Books
from rulebook.views import Notice


def figures(books: Books, card: str) -> dict[str, Any]:
    return {
        "balance": books.balance(card),
        "available": books.available(card),
        "held": books.held(card),
        "debt": books.debt(card),
        "stamps": books.stamps(card),
        "owed stamps": books.owed_stamps(card),
        "points": sorted(books.accounts(card, "points").items()),
        "stamp accounts": sorted(books.accounts(card, "stamps").items()),
        "lots": sorted(
            str((lot.source, lot.free, lot.held, lot.effective, lot.expires_at)) for lot in books.lots(card)
        ),
        "rewards": [(reward.reward, reward.state, reward.expires_on, reward.value) for reward in books.rewards(card)],
    }


def told(notices: Iterable[Notice]) -> Counter[tuple[str, str, str | None]]:
    """What customers were told and when: codes are random, and one event may name what another keeper tells in two."""
    sums: Counter[tuple[str, str, str | None]] = Counter()
    for notice in notices:
        sums[notice.name, str(notice.recorded_at), notice.reward] += notice.points + len(notice.redeem_codes)
    return sums
