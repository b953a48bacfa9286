"""Which tables are folds of the log, which rows a fold has in them, and which of those are one card's own."""

from collections.abc import Iterator
from typing import NamedTuple

from ledger.domain.reported import CohortChange
from ledger.domain.tenant import Tenant
from ledger.store import shapes
from ledger.store.shapes import Shape
from ledger.store.writing import cards, crossing, reports, setup
from ledger.store.writing.ownership import RowsOf, Values

OWNED_TALLIES = frozenset({"stamps_of_card", "points_of_card", "offline", "reward"})
"""Counted for a card or for its holder's rewards, so by no other card; all others are sums over many cards."""
Rows = dict[str, list[Values]]
"""By table: the columns of its shape, in their order."""


class Projection(NamedTuple):
    """*owned*: each row is made by one card, or by the cards that were merged into one. Else the first *sums* columns
    of all cards' rows are summed up, and of the others that counts which is there.
    """

    shape: Shape
    makers: tuple[RowsOf, ...]
    owned: bool = True
    sums: int = 0

    @property
    def width_of_key(self) -> int:
        return len(self.shape.key.split()) // 2

    @property
    def summed(self) -> list[str]:
        return self.shape.changing.split()[::2][: self.sums]

    @property
    def others(self) -> list[str]:
        return self.shape.changing.split()[::2][self.sums :]


def _owned_tallies(tenant: Tenant) -> Iterator[Values]:
    return (row for row in crossing.tallies(tenant) if row[1] in OWNED_TALLIES)


def _shared_tallies(tenant: Tenant) -> Iterator[Values]:
    return (row for row in crossing.tallies(tenant) if row[1] not in OWNED_TALLIES)


def _stocks(tenant: Tenant) -> Iterator[Values]:
    """What the cards took without knowing of the rewards, and the rewards without knowing what was taken."""
    changes = tenant.changes
    for reward_id in sorted(changes.retired | changes.taken.keys()):
        reward = tenant.rewards.get(reward_id)
        retired_at = reward.retired_at if reward is not None else None
        yield (tenant.merchant, reward_id, changes.taken.get(reward_id, 0), retired_at)


OWNED: tuple[Projection, ...] = (
    Projection(shapes.PROGRAM, (setup.programs,)),
    Projection(shapes.ENDING, (setup.endings,)),
    Projection(shapes.CAMPAIGN, (setup.campaigns,)),
    Projection(shapes.REWARD, (setup.rewards,)),
    Projection(shapes.CARD, (cards.opened,)),
    Projection(shapes.CARD_NUMBER, (crossing.new_numbers, crossing.old_numbers)),
    Projection(shapes.CARD_STORE, (crossing.links,)),
    Projection(shapes.LOT, (cards.new_lots,)),
    Projection(shapes.UNLOCKED, (cards.new_unlocked,)),
    Projection(shapes.RESERVATION, (cards.new_holds,)),
    Projection(shapes.REDEEM_CODE, (crossing.new_codes, crossing.dead_codes)),
    Projection(shapes.POSTING, (cards.postings,)),
    Projection(shapes.REWARD_CHANGE, (reports.reward_changes,)),
    Projection(shapes.RECEIPT, (crossing.receipts,)),
    Projection(shapes.UNDONE, (crossing.undone,)),
    Projection(shapes.TALLY, (_owned_tallies,)),
    Projection(shapes.GIVEN, (crossing.given,)),
    Projection(shapes.WELCOME, (crossing.welcomed,)),
    Projection(shapes.BIRTHDAY, (crossing.birthdays,)),
)
SHARED: tuple[Projection, ...] = (
    Projection(shapes.TALLY, (_shared_tallies,), owned=False, sums=1),
    Projection(shapes.STOCK, (_stocks,), owned=False, sums=1),
    Projection(shapes.ACCOUNT_DAY, (reports.account_days,), owned=False, sums=len(reports.FIGURES)),
    Projection(shapes.COHORT, (reports.cohorts,), owned=False, sums=len(CohortChange._fields)),
)
ALL = (*OWNED, *SHARED)
TABLES: tuple[str, ...] = tuple(dict.fromkeys(projection.shape.table for projection in ALL))


def add_rows(rows: Rows, tenant: Tenant, projections: tuple[Projection, ...]) -> None:
    for projection in projections:
        for maker in projection.makers:
            rows.setdefault(projection.shape.table, []).extend(maker(tenant))
