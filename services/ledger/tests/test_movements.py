"""Points between lots and accounts, by the worked examples of the rule book (R18, R29-R40, R48-R57)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from ledger.domain import movements
from ledger.domain.account import Holdings
from ledger.domain.card import Taken
from ledger.domain.evolving import taken_of
from ledger.domain.expiring import lapse
from ledger.domain.lots import PLACES
from ledger.domain.movements import Comeback
from ledger.domain.refusals import Refused
from ledger.domain.reversing import reverse
from stampbook_events.ledger import LotOpened, Moves, Policy

ZONE = "Europe/Luxembourg"
NOON = datetime(2026, 6, 6, 12, tzinfo=UTC)
NAMES = UUID("6c6f7400-0000-4000-8000-0000000000f5")


def named(name: str) -> UUID:
    return uuid5(NAMES, name)


def lot(name: str, points: int, until: date | None = None, earned_at: datetime = NOON) -> LotOpened:
    return LotOpened(
        lot_id=named(name),
        points=points,
        effective_at=earned_at,
        zone=ZONE,
        program_version=1,
        source=named(name),
        expires_on=until,
        expires_at=None if until is None else lapse(until, 0, ZONE),
    )


class Book:
    """One card's points, told as the rule book tells them; checks after each step what must always hold (R76)."""

    def __init__(self) -> None:
        self.holdings, self.at = Holdings(), NOON

    def __call__(self, moves: Moves) -> str:
        self.holdings.book(moves, self.at)
        lots, totals = self.holdings.lots.values(), self.holdings.totals
        assert sum(one.free for one in lots) == totals.issued
        assert sum(one.held for one in lots) == totals.held
        assert sum(one.expired for one in lots) == totals.expired
        assert all(sum(getattr(one, place) for place in PLACES) == one.points for one in lots)
        assert all(getattr(one, place) >= 0 for one in lots for place in (*PLACES, "written_off"))
        assert totals.owed >= 0
        return " · ".join(f"{line.account} {line.amount:+d}" for line in moves.lines)

    def earn(self, name: str, points: int, until: date | None = None) -> str:
        return self(movements.credit(self.holdings, points, lot(name, points, until, self.at)))

    def redeem(self, points: int) -> tuple[str, Sequence[Taken]]:
        moves = movements.spend(self.holdings, points, self.at)
        return self(moves), taken_of(moves)

    def hold(self, points: int) -> Sequence[Taken]:
        moves = movements.hold(self.holdings, points, self.at)
        self(moves)
        return taken_of(moves)

    def expire(self, at: datetime) -> str:
        return self(movements.expire([one for one in self.holdings.lots.values() if one.lapsed(at)]))

    def take_back(self, name: str, points: int, policy: Policy = "debt") -> str:
        return self(reverse(self.holdings, named(name), points, policy, self.at))

    def give_back(self, taken: Sequence[Taken]) -> str:
        return self(movements.give_back(self.holdings, taken, self.at, Comeback(named("given back"), 30, 30)))

    def free(self, *names: str) -> tuple[int, ...]:
        return tuple(self.holdings.lots[named(name)].free for name in names)

    @property
    def balance(self) -> int:
        return self.holdings.balance(self.at)


@pytest.fixture
def book() -> Book:
    return Book()


def test_x07_a_credit_repays_the_debt_first(book: Book) -> None:
    book.earn("S", 30)
    book.redeem(30)
    assert book.take_back("S", 30) == "granted +30 · debt -30"
    assert book.earn("T", 60) == "granted -60 · debt +30 · issued +30"
    assert (book.balance, book.free("T")) == (30, (30,))


def test_x20_what_expires_first_goes_first_and_what_never_expires_last(book: Book) -> None:
    book.earn("A", 50, date(2027, 6, 1))
    book.earn("B", 30)
    book.earn("C", 40, date(2027, 3, 31))
    book.at += timedelta(days=1)
    book.earn("D", 20, date(2027, 6, 1))
    book.redeem(100)
    assert (book.free("A", "B", "C", "D"), book.balance) == ((0, 30, 0, 10), 40)


def test_x24_a_hold_is_in_the_balance_and_not_available(book: Book) -> None:
    book.earn("W", 50, date(2027, 6, 1))
    book.earn("P", 169, date(2027, 6, 6))
    held = book.hold(100)
    assert (book.holdings.available(book.at), book.balance, book.free("W", "P")) == (119, 219, (0, 119))
    assert book(movements.capture(held)) == "held -100 · redeemed +100"
    again = book.hold(100)
    assert book.holdings.available(book.at) == 19
    assert book(movements.release(book.holdings, again, book.at)) == "held -100 · issued +100"
    assert book.holdings.available(book.at) == 119


def test_x26_a_hold_outlives_its_lot_and_adds_nothing(book: Book) -> None:
    book.earn("A", 100, date(2026, 6, 30))
    held = book.hold(60)
    end = lapse(date(2026, 6, 30), 0, ZONE)
    assert book.expire(end) == "issued -40 · expired +40"
    assert book(movements.release(book.holdings, held, end + timedelta(hours=1))) == "held -60 · expired +60"
    assert book.balance == 0


def test_x28_what_was_spent_of_a_refunded_purchase_is_owed(book: Book) -> None:
    book.earn("W", 50, date(2027, 6, 1))
    book.earn("P", 169, date(2027, 6, 6))
    _, spent = book.redeem(100)
    assert book.take_back("P", 169) == "granted +169 · issued -119 · debt -50"
    assert (book.balance, book.holdings.available(book.at)) == (-50, 0)
    assert book.give_back(spent) == "redeemed -100 · debt +50 · issued +50"
    assert (book.balance, book.free("W", "P")) == (50, (0, 50))


def test_x28_the_next_points_repay_what_is_owed(book: Book) -> None:
    book.earn("W", 50, date(2027, 6, 1))
    book.earn("P", 169, date(2027, 6, 6))
    book.redeem(100)
    book.take_back("P", 169)
    assert book.earn("Q", 60) == "granted -60 · debt +50 · issued +10"
    assert book.balance == 10


def test_x29_absorb_writes_it_off_and_a_voided_redemption_undoes_that(book: Book) -> None:
    book.earn("W", 50, date(2027, 6, 1))
    book.earn("P", 169, date(2027, 6, 6))
    _, spent = book.redeem(100)
    assert book.take_back("P", 169, "absorb") == "granted +169 · issued -119 · absorbed -50"
    assert book.balance == 0
    assert book.give_back(spent) == "redeemed -100 · absorbed +50 · issued +50"
    assert (book.balance, book.free("W", "P")) == (50, (50, 0))


def test_x30_breakage_of_the_purchase_itself_is_corrected(book: Book) -> None:
    book.earn("S", 100, date(2026, 6, 30))
    book.earn("T", 60)
    book.expire(lapse(date(2026, 6, 30), 0, ZONE))
    book.at = NOON + timedelta(days=60)
    assert book.take_back("S", 100) == "granted +100 · expired -100"
    assert book.balance == 60


def test_x30_nobody_owes_what_was_never_spent(book: Book) -> None:
    book.earn("S", 100, date(2026, 6, 30))
    _, spent = book.redeem(100)
    book.earn("T", 100)
    assert book.take_back("S", 100) == "granted +100 · issued -100"
    book.give_back(spent)
    book.at = lapse(date(2026, 6, 30), 0, ZONE)
    book.expire(book.at)
    assert book.take_back("T", 100) == "granted +100 · expired -100"
    assert (book.holdings.totals.owed, book.balance) == (0, 0)


def test_x31_points_that_come_back_too_late_for_their_lot_lie_in_its_successor(book: Book) -> None:
    book.earn("A", 50, date(2026, 6, 30))
    book.earn("B", 50, date(2026, 12, 31))
    _, spent = book.redeem(100)
    book.at = datetime(2026, 7, 5, 10, tzinfo=UTC)
    assert book.give_back(spent) == "redeemed -100 · issued +100"
    (heir,) = [one for one in book.holdings.lots.values() if one.successor_of == named("A")]
    assert (heir.free, heir.expires_on, heir.source) == (50, date(2026, 8, 4), named("A"))
    assert heir.expires_at == datetime(2026, 8, 4, 22, tzinfo=UTC)
    assert book.free("A", "B") == (0, 50)


def test_x35_a_voided_adjustment_absorbs_what_was_spent_of_it(book: Book) -> None:
    book(movements.credit(book.holdings, 100, lot("adjusted", 100), "adjusted"))
    book.redeem(80)
    moves = reverse(book.holdings, named("adjusted"), 100, "absorb", book.at, "adjusted")
    assert book(moves) == "adjusted +100 · issued -20 · absorbed -80"


def test_a_write_off_is_undone_also_when_the_points_had_lain_in_a_successor(book: Book) -> None:
    book.earn("A", 50, date(2026, 6, 30))
    _, first = book.redeem(50)
    book.at = datetime(2026, 7, 5, 10, tzinfo=UTC)
    book.give_back(first)
    _, second = book.redeem(50)
    assert book.take_back("A", 50, "absorb") == "granted +50 · absorbed -50"
    assert book.give_back(second) == "redeemed -50 · absorbed +50"
    assert book.balance == 0


def test_x25_fewer_than_held_are_captured_and_the_rest_goes_back(book: Book) -> None:
    book.earn("A", 50, date(2026, 6, 30))
    book.earn("B", 50)
    spent, rest = movements.split(book.hold(80), 40)
    assert book(movements.capture(spent)) == "held -40 · redeemed +40"
    assert book(movements.release(book.holdings, rest, book.at)) == "held -40 · issued +40"
    assert book.free("A", "B") == (10, 50)


def test_what_is_kept_back_of_a_debt_is_not_repaid_by_what_comes_back(book: Book) -> None:
    book.earn("A", 50)
    _, spent = book.redeem(50)
    book.take_back("A", 50)
    moves = movements.give_back(book.holdings, spent, book.at, Comeback(named("given back"), 30, 30, kept_back=20))
    assert book(moves) == "redeemed -50 · debt +30 · issued +20"


def test_nobody_spends_more_than_is_available(book: Book) -> None:
    book.earn("A", 50)
    book.hold(20)
    with pytest.raises(Refused) as refused:
        book.redeem(31)
    assert (refused.value.code, refused.value.detail) == ("not_enough_points", {"available": 30})
