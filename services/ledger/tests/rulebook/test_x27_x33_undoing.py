"""Section 9 of the rule book: void and refund (R52-R59)."""

import pytest

from rulebook.given import Shop, key, lines, t
from rulebook.speaking import Books
from rulebook.terms import MANAGER, Bonus, Caps, Expiry, Policy

FIFTY = Bonus(points=50)


def until(month: int, last: int) -> Expiry:
    return Expiry("fixed", month=month, day=last, min_days=1)


# X27


def test_x27_partial_refunds_reverse_pro_rata_and_add_up(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    assert shop.earn(card, 8490, "06-06 10:00", receipt="T-1").points == 169
    parts = [shop.refund("T-1", amount, "06-07 10:00").points for amount in (2000, 3000, 3490)]
    assert parts == [39, 60, 70]
    assert books.balance(card) == 0
    assert shop.refund("T-1", 1, "06-07 11:00").code == "refund_exceeds_purchase"


def test_x27_a_refund_told_again_gets_its_first_answer(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.earn(card, 8490, "06-06 10:00", receipt="T-1")
    first = shop.refund("T-1", 2000, "06-07 10:00", name="r1")
    shop.refund("T-1", 3000, "06-07 10:00", name="r2")
    shop.refund("T-1", 3490, "06-07 10:00", name="r3")
    assert shop.refund("T-1", 2000, "06-07 11:00", name="r1") == first
    assert books.balance(card) == 0


# X28, X29


def spent_and_refunded(books: Books, policy: Policy) -> tuple[Shop, str]:
    shop = Shop(books, welcome=FIFTY, policy=policy)
    gift = shop.reward("gift", 100)
    card = shop.card("06-01 10:00")
    shop.earn(card, 8490, "06-06 10:00", receipt="P")
    shop.redeem(card, gift, "06-07 10:00", name="redeemed")
    assert shop.lots(card) == ["119/2027-06-06"]
    shop.refund("P", 8490, "06-08 10:00", name="refund")
    return shop, card


def test_x28_a_refund_of_what_was_spent_leaves_a_debt(books: Books) -> None:
    shop, card = spent_and_refunded(books, "debt")
    assert shop.booked(card, "refund") == lines("granted +169 · issued −119 · debt −50")
    assert (books.balance(card), books.available(card)) == (-50, 0)
    shop.earn(card, 3000, "06-09 10:00", name="earn")
    assert shop.booked(card, "earn") == lines("granted −60 · debt +50 · issued +10")
    assert books.balance(card) == 10


def test_x28_if_instead_the_redemption_is_voided_the_debt_is_repaid_first(books: Books) -> None:
    shop, card = spent_and_refunded(books, "debt")
    shop.void("redeemed", "06-09 10:00", name="void")
    assert shop.booked(card, "void") == lines("redeemed −100 · debt +50 · issued +50")
    assert (books.balance(card), shop.lots(card)) == (50, ["50/2027-06-06"])


def test_x29_with_absorb_the_merchant_writes_it_off(books: Books) -> None:
    shop, card = spent_and_refunded(books, "absorb")
    assert shop.booked(card, "refund") == lines("granted +169 · issued −119 · absorbed −50")
    assert books.balance(card) == 0
    shop.earn(card, 3000, "06-09 10:00")
    assert books.balance(card) == 60


def test_x29_if_instead_the_redemption_is_voided_the_write_off_is_undone(books: Books) -> None:
    shop, card = spent_and_refunded(books, "absorb")
    shop.void("redeemed", "06-09 10:00", name="void")
    assert shop.booked(card, "void") == lines("redeemed −100 · issued +50 · absorbed +50")
    assert (books.balance(card), shop.lots(card)) == (50, ["50/2027-06-01"])


# X30


def test_x30_of_an_expired_purchase_only_breakage_is_corrected(books: Books) -> None:
    shop = Shop(books, expiry=until(6, 30))
    card = shop.card()
    shop.points(card, 100, "05-01 10:00", receipt="S")
    shop.program("06-01 00:00", expiry=until(12, 31))
    shop.points(card, 60, "06-02 10:00", receipt="T")
    books.run_due_work(t("07-01 00:05"))
    shop.refund("S", 5000, "07-02 10:00", name="refund")
    assert shop.booked(card, "refund") == lines("granted +100 · expired −100")
    assert books.balance(card) == 60


def test_x30_nobody_owes_what_was_never_spent(books: Books) -> None:
    shop = Shop(books, expiry=until(6, 30))
    card, gift = shop.card(), shop.reward("gift", 100)
    shop.points(card, 100, "05-01 10:00", receipt="S")
    shop.redeem(card, gift, "05-02 10:00", name="redeemed")
    shop.program("06-01 00:00", expiry=until(12, 31))
    shop.points(card, 100, "06-02 10:00", receipt="T")
    shop.refund("S", 5000, "06-03 10:00", name="S back")
    assert shop.booked(card, "S back") == lines("granted +100 · issued −100")
    shop.void("redeemed", "06-04 10:00")
    assert shop.lots(card) == ["100/2026-06-30"]
    books.run_due_work(t("07-01 00:05"))
    shop.refund("T", 5000, "07-02 10:00", name="T back")
    assert shop.booked(card, "T back") == lines("granted +100 · expired −100")
    assert (books.debt(card), books.balance(card)) == (0, 0)


# X31


def test_x31_points_come_back_to_their_lots_and_to_a_successor_of_a_lapsed_one(books: Books) -> None:
    shop = Shop(books, expiry=until(6, 30))
    card, gift = shop.card(), shop.reward("gift", 100)
    shop.points(card, 50, "05-01 10:00", name="A")
    shop.program("06-01 00:00", expiry=until(12, 31))
    shop.points(card, 50, "06-02 10:00", name="B")
    shop.redeem(card, gift, "06-20 10:00", name="redeemed")
    shop.void("redeemed", "07-05 10:00", name="void")
    assert shop.booked(card, "void") == lines("redeemed −100 · issued +100")
    successor, b = books.lots(card)
    assert shop.lots(card) == ["50/2026-08-04", "50/2026-12-31"]
    assert (successor.source, successor.successor, successor.expires_at) == ("A", True, t("2026-08-04T22:00Z"))
    assert (b.source, b.successor) == ("B", False)


# X32


def reward_and_purchase_on_one_receipt(books: Books) -> tuple[Shop, str]:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 100)
    shop.points(card, 100, "06-01 10:00", name="O")
    shop.redeem(card, gift, "06-06 10:00", receipt="T-9")
    shop.earn(card, 8490, "06-06 10:01", receipt="T-9", name="P")
    return shop, card


def test_x32_a_full_refund_gives_the_reward_back_first(books: Books) -> None:
    shop, card = reward_and_purchase_on_one_receipt(books)
    shop.refund("T-9", 8490, "06-07 10:00", name="refund")
    assert shop.booked(card, "refund") == lines("redeemed −100 · issued +100", "granted +169 · issued −169")
    assert [(lot.source, lot.free) for lot in books.lots(card)] == [("O", 100)]
    assert books.balance(card) == 100


def test_x32_unless_the_reward_was_kept(books: Books) -> None:
    shop, card = reward_and_purchase_on_one_receipt(books)
    shop.refund("T-9", 8490, "06-07 10:00", name="refund", keep_reward=True)
    assert shop.booked(card, "refund") == lines("granted +169 · issued −169")
    assert books.balance(card) == 0


def test_x32_a_partial_refund_leaves_the_reward_alone(books: Books) -> None:
    shop, card = reward_and_purchase_on_one_receipt(books)
    assert shop.refund("T-9", 2000, "06-07 10:00").points == 39
    assert [(lot.source, lot.free) for lot in books.lots(card)] == [("P", 130)]


# X33


def one_too_many(books: Books, policy: Policy, *, used: bool) -> tuple[Shop, str]:
    shop = Shop(books, policy=policy, caps=Caps(stamps_per_card=None))
    card = shop.card()
    shop.stamp(card, 9, "06-01 10:00")
    (code,) = shop.stamp(card, 2, "06-02 10:00", name="two").unlocked
    if used:
        books.use_reward(key="use", at=t("06-02 11:00"), redeem_code=code, store="FASHIONHUB")
    shop.void("two", "06-02 12:00", name="void")
    return shop, card


def test_x33_a_voided_giving_undoes_the_reward_it_unlocked(books: Books) -> None:
    shop, card = one_too_many(books, "debt", used=False)
    assert books.stamps(card) == "9/10"
    assert [reward.state for reward in books.rewards(card)] == ["withdrawn"]
    assert shop.booked(card, "void", "stamps") == lines("granted +2 · issued −2", "redeemed −10 · issued +10")


@pytest.mark.parametrize(
    ("policy", "account", "owes", "then"), [("debt", "debt", 1, "2/10"), ("absorb", "absorbed", 0, "3/10")]
)
def test_x33_a_stamp_in_a_used_reward_is_owed_or_written_off(
    books: Books, policy: Policy, account: str, owes: int, then: str
) -> None:
    shop, card = one_too_many(books, policy, used=True)
    assert shop.booked(card, "void", "stamps") == lines(f"granted +2 · issued −1 · {account} −1")
    assert (books.stamps(card), books.owed_stamps(card)) == ("0/10", owes)
    shop.stamp(card, 3, "06-03 10:00")
    assert books.stamps(card) == then


@pytest.mark.parametrize("policy", ["debt", "absorb"])
def test_r59_if_then_the_use_is_voided_too_the_reward_is_withdrawn_instead(books: Books, policy: Policy) -> None:
    shop, card = one_too_many(books, policy, used=True)
    shop.void("use", "06-03 10:00", name="unused")
    account = {"debt": "debt", "absorb": "absorbed"}[policy]
    assert shop.booked(card, "unused", "stamps") == lines(f"redeemed −10 · {account} +1 · issued +9")
    assert (books.stamps(card), books.owed_stamps(card)) == ("9/10", 0)
    assert [reward.state for reward in books.rewards(card)] == ["withdrawn"]


# The refusals of R52 and R53


def test_r52_a_void_happens_once_and_only_to_what_can_be_voided(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 10)
    shop.earn(card, 1000, "06-06 10:00", name="one", receipt="T-1")
    shop.earn(card, 1000, "06-06 10:00", name="two", receipt="T-2")
    shop.refund("T-2", 500, "06-06 11:00", name="refund")
    shop.hold(card, gift, "06-06 11:00", name="hold")
    assert shop.void("one", "06-06 12:00", name="void").accepted
    codes = [shop.void(name, "06-06 12:00").code for name in ("one", "two", "void", "refund", "hold")]
    assert codes == ["already_voided", "has_refunds", "not_voidable", "not_voidable", "not_voidable"]
    assert shop.refund("T-1", 100, "06-06 13:00").code == "already_voided"


def test_r53_a_refund_is_of_this_purchase_in_its_currency_and_its_number_counts_once(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.earn(card, 1000, "06-06 10:00", receipt="T-1")
    assert shop.refund("T-1", 100, "06-07 10:00", currency="JPY").code == "currency_mismatch"
    assert shop.refund("T-1", 1001, "06-07 10:00").code == "refund_exceeds_purchase"
    assert shop.refund("T-1", 500, "06-07 10:00", refund_number="R-1").points == 10
    assert shop.refund("T-1", 500, "06-07 10:00", refund_number=" r-1").code == "refund_already_recorded"
    assert shop.refund("T-1", 500, "06-07 10:00", refund_number="R-2").points == 10


def test_r58_a_receipt_without_an_earning_is_refunded_whole(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.stamp(card, 3, "06-06 10:00", receipt="T-1")
    assert shop.refund("T-1", None, "06-07 10:00").accepted
    assert books.stamps(card) == "0/10"
    assert not shop.refund("T-1", None, "06-07 11:00").accepted


def test_r56_a_manager_may_forgive_a_debt(books: Books) -> None:
    shop, card = spent_and_refunded(books, "debt")
    assert books.forgive_debt(key="forgiven", at=t("06-09 10:00"), card=card, by=MANAGER).points == 50
    assert shop.booked(card, "forgiven") == lines("absorbed −50 · debt +50")
    assert books.balance(card) == 0


def test_r66_a_refund_on_a_closed_card_always_absorbs(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 60)
    shop.points(card, 100, "06-06 10:00", receipt="T-1")
    shop.redeem(card, gift, "06-06 11:00")
    books.close(key=key(), at=t("06-07 10:00"), card=card)
    shop.refund("T-1", 5000, "06-08 10:00", name="refund")
    assert shop.booked(card, "refund") == lines("granted +100 · expired −40 · absorbed −60")


def test_r58_a_partial_refund_takes_stamps_and_reward_back_if_it_names_them(books: Books) -> None:
    shop, card = reward_and_purchase_on_one_receipt(books)
    shop.stamp(card, 2, "06-06 10:02", receipt="T-9")
    shop.refund("T-9", 2000, "06-07 10:00", with_reward=True, with_stamps=True)
    assert (books.balance(card), books.stamps(card)) == (230, "0/10")
    shop.refund("T-9", 6490, "06-07 11:00")
    assert (books.balance(card), books.stamps(card)) == (100, "0/10")


def test_r10_the_policy_is_frozen_with_the_earning(books: Books) -> None:
    shop = Shop(books, policy="absorb")
    card, gift = shop.card(), shop.reward("gift", 100)
    shop.points(card, 100, "06-01 10:00", receipt="T-1")
    shop.redeem(card, gift, "06-01 11:00")
    shop.program("06-02 00:00", policy="debt")
    shop.refund("T-1", 5000, "06-03 10:00", name="refund")
    assert shop.booked(card, "refund") == lines("granted +100 · absorbed −100")


def test_r55_what_was_written_off_is_not_owed_once_more(books: Books) -> None:
    shop = Shop(books, policy="absorb")
    card, gift = shop.card(), shop.reward("gift", 100)
    shop.points(card, 100, "06-01 10:00", receipt="S")
    shop.redeem(card, gift, "06-01 11:00")
    shop.refund("S", 5000, "06-01 12:00")
    shop.program("06-02 00:00", policy="debt")
    shop.points(card, 100, "06-02 10:00", receipt="T")
    shop.adjust(card, "06-02 11:00", points=-100)
    shop.refund("T", 5000, "06-03 10:00", name="T back")
    assert shop.booked(card, "T back") == lines("granted +100 · absorbed −100")
    assert books.debt(card) == 0


def test_r59_an_undone_cycle_is_current_again_with_its_target(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.stamp(card, 9, "06-01 10:00")
    shop.program("06-02 00:00", target=8)
    shop.stamp(card, 2, "06-02 10:00", name="two")
    assert books.stamps(card) == "1/8"
    shop.void("two", "06-02 11:00")
    assert books.stamps(card) == "9/10"
