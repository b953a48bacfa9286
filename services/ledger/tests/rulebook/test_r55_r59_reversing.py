"""Section 9 of the rule book beside its examples: where reversed points and stamps come from (R55-R59)."""

from typing import Any

import pytest

from rulebook.given import NO_DATE, Shop, key, lines, t
from rulebook.speaking import Books, welcome_of
from rulebook.terms import MANAGER, OWNER, STAFF, Bonus, By, Caps, Expiry, OfflineCap

ADMIN = By("root", "admin")


def until(month: int, last: int) -> Expiry:
    return Expiry("fixed", month=month, day=last, min_days=1)


def two_purchases(books: Books, **changed: Any) -> tuple[Shop, str]:
    """S 100 until 30 June, T 100 for ever."""
    shop = Shop(books, **{"expiry": until(6, 30)} | changed)
    card = shop.card()
    shop.points(card, 100, "06-01 10:00", name="S", receipt="of S")
    shop.program("06-02 00:00", **changed | {"expiry": NO_DATE})
    shop.points(card, 100, "06-02 10:00", name="T", receipt="of T")
    return shop, card


def free(books: Books, card: str) -> dict[str, int]:
    return {lot.source: lot.free for lot in books.lots(card) if lot.free}


def test_r55_first_the_free_points_of_its_own_lot_are_taken_also_when_others_lapse_before(books: Books) -> None:
    shop, card = two_purchases(books)
    shop.refund("of T", 3000, "06-03 10:00", name="refund")
    assert (shop.booked(card, "refund"), free(books, card)) == (lines("granted +60 · issued −60"), {"S": 100, "T": 40})


def test_r55_free_points_of_its_successors_are_its_own(books: Books) -> None:
    shop, card = two_purchases(books)
    shop.spend(card, 100, "06-03 10:00", name="spent")
    shop.void("spent", "07-02 10:00")
    assert free(books, card) == {"S": 100, "T": 100}
    shop.refund("of S", None, "07-03 10:00")
    assert free(books, card) == {"T": 100}


def test_r55_then_what_expired_of_its_own_lot_is_taken(books: Books) -> None:
    shop, card = two_purchases(books)
    shop.spend(card, 30, "06-03 10:00")
    books.run_due_work(t("07-01 00:05"))
    shop.refund("of S", 3500, "07-02 10:00", name="refund")
    assert shop.booked(card, "refund") == lines("granted +70 · expired −70")


def test_r55_then_other_free_points_are_taken_before_anything_is_owed(books: Books) -> None:
    shop, card = two_purchases(books)
    shop.spend(card, 120, "06-03 10:00")
    shop.refund("of S", None, "06-04 10:00", name="refund")
    assert shop.booked(card, "refund") == lines("granted +100 · issued −80 · debt −20")


def test_r55_no_more_is_owed_than_was_spent_and_is_not_settled_yet(books: Books) -> None:
    shop, card = two_purchases(books)
    shop.spend(card, 50, "06-03 10:00")
    shop.adjust(card, "06-04 10:00", points=-150)
    shop.refund("of S", None, "06-05 10:00", name="first")
    assert shop.booked(card, "first") == lines("granted +100 · debt −50 · absorbed −50")
    shop.refund("of T", None, "06-06 10:00", name="second")
    assert shop.booked(card, "second") == lines("granted +100 · absorbed −100")


def test_r55_what_expired_of_other_lots_is_taken_after_that_the_oldest_first(books: Books) -> None:
    shop, card = two_purchases(books)
    shop.adjust(card, "06-03 10:00", points=-30)
    shop.spend(card, 20, "06-03 10:00")
    books.run_due_work(t("07-01 00:05"))
    shop.adjust(card, "07-02 10:00", points=-100)
    shop.refund("of T", None, "07-03 10:00", name="refund")
    assert shop.booked(card, "refund") == lines("granted +100 · expired −50 · debt −20 · absorbed −30")


@pytest.mark.parametrize("policy", ["debt", "absorb"])
def test_r55_nobody_owes_more_than_was_spent_or_is_held(books: Books, policy: str) -> None:
    shop, card = two_purchases(books, policy=policy)
    gift = shop.reward("gift", 60, "06-03 10:00")
    shop.hold(card, gift, "06-03 10:00", quantity=2)
    for receipt in ("of S", "of T"):
        shop.refund(receipt, None, "06-03 10:30")
    accounts = books.accounts(card, "points")
    assert (books.debt(card), accounts.get("absorbed", 0)) == ((120, 0) if policy == "debt" else (0, -120))
    assert books.held(card) == 120


@pytest.mark.parametrize(
    ("by", "code"), [(MANAGER, None), (OWNER, None), (ADMIN, None), (STAFF, "adjustment_over_limit")]
)
def test_r56_a_debt_is_no_bar_to_earning_and_some_may_forgive_it(books: Books, by: By, code: str | None) -> None:
    shop, card = two_purchases(books)
    shop.spend(card, 200, "06-03 10:00")
    shop.refund("of S", None, "06-04 10:00")
    assert (books.debt(card), shop.points(card, 30, "06-05 10:00").repaid, books.debt(card)) == (100, 30, 70)
    told = books.forgive_debt(key="gift", at=t("06-06 10:00"), card=card, by=by)
    assert (told.code, books.debt(card)) == (code, 0 if code is None else 70)


def test_r56_a_bonus_that_is_voided_is_absorbed_under_any_policy(books: Books) -> None:
    shop = Shop(books, welcome=Bonus(points=50))
    card = shop.card("06-01 10:00")
    shop.spend(card, 50, "06-02 10:00")
    shop.void(welcome_of(card), "06-03 10:00", name="void")
    assert shop.booked(card, "void") == lines("granted +50 · absorbed −50")


def test_r57_what_comes_back_repays_debt_then_undoes_the_write_off_then_lies_free(books: Books) -> None:
    shop, card = two_purchases(books, policy="absorb")
    shop.spend(card, 150, "06-03 10:00", name="spent")
    shop.refund("of S", 3000, "06-03 11:00", name="written off")
    assert shop.booked(card, "written off") == lines("granted +60 · issued −50 · absorbed −10")
    shop.program("06-03 12:00", policy="debt", expiry=NO_DATE)
    shop.points(card, 20, "06-03 13:00", receipt="U")
    shop.spend(card, 20, "06-03 14:00")
    shop.refund("U", None, "06-03 15:00")
    shop.void("spent", "06-04 10:00", name="back")
    assert shop.booked(card, "back") == lines("redeemed −150 · debt +20 · absorbed +10 · issued +120")


def test_r57_a_successor_lasts_restore_days_and_names_the_lot_it_follows(books: Books) -> None:
    shop, card = two_purchases(books, restore_days=3)
    shop.spend(card, 60, "06-03 10:00", name="spent")
    shop.void("spent", "07-05 10:00")
    successor = next(lot for lot in books.lots(card) if lot.successor)
    assert (successor.source, successor.free, str(successor.expires_on)) == ("S", 60, "2026-07-08")


def test_r57_points_of_a_lot_that_has_not_lapsed_come_back_to_its_old_date(books: Books) -> None:
    shop, card = two_purchases(books)
    shop.spend(card, 60, "06-03 10:00", name="spent")
    shop.void("spent", "06-30 23:59")
    assert shop.lots(card) == ["100/2026-06-30", "100/never"]


def on_one_receipt(books: Books) -> tuple[Shop, str]:
    """Under T-9 a purchase, two stamps and an unlocked reward that was used."""
    shop = Shop(books, caps=Caps(stamps_per_card=None))
    card = shop.card()
    (code,) = shop.stamp(card, 10, "06-01 10:00").unlocked
    shop.earn(card, 1000, "06-06 10:00", receipt="T-9", name="bought")
    shop.stamp(card, 2, "06-06 10:00", receipt="T-9")
    shop.use(code, "06-06 10:00", receipt="T-9")
    return shop, card


def test_r58_a_full_refund_gives_the_use_back_and_takes_the_stamps(books: Books) -> None:
    shop, card = on_one_receipt(books)
    shop.refund("T-9", None, "06-07 10:00")
    assert (books.balance(card), books.stamps(card)) == (0, "0/10")
    assert [reward.state for reward in books.rewards(card)] == ["open"]


def test_r58_the_last_of_several_parts_is_the_one_that_reaches_the_full_amount(books: Books) -> None:
    shop, card = on_one_receipt(books)
    shop.refund("T-9", 999, "06-07 10:00")
    assert (books.stamps(card), books.rewards(card)[0].state) == ("2/10", "used")
    shop.refund("T-9", 1, "06-07 11:00")
    assert (books.stamps(card), books.rewards(card)[0].state) == ("0/10", "open")


def test_r58_what_a_refund_took_back_is_not_voided_once_more(books: Books) -> None:
    shop, card = on_one_receipt(books)
    shop.stamp(card, 1, "06-06 11:00", receipt="T-10", name="stamped")
    shop.refund("T-10", None, "06-07 10:00")
    assert (shop.void("stamped", "06-07 11:00").code, books.stamps(card)) == ("has_refunds", "2/10")


def two_rewards(books: Books, **changed: Any) -> tuple[Shop, str, tuple[str, ...]]:
    shop = Shop(books, **{"caps": Caps(stamps_per_card=None)} | changed)
    card = shop.card()
    return shop, card, shop.stamp(card, 25, "06-01 10:00", name="many").unlocked


def test_r59_the_youngest_open_rewards_are_undone_one_after_the_other(books: Books) -> None:
    shop, card, _ = two_rewards(books)
    shop.void("many", "06-02 10:00", name="void")
    assert (books.stamps(card), [reward.state for reward in books.rewards(card)]) == ("0/10", ["withdrawn"] * 2)
    assert sum(books.accounts(card, "stamps").values()) == 0


def test_r59_open_rewards_are_undone_before_a_used_one_is_owed_for(books: Books) -> None:
    shop, card, codes = two_rewards(books)
    shop.use(codes[0], "06-01 11:00")
    shop.void("many", "06-02 10:00", name="void")
    assert [reward.state for reward in books.rewards(card)] == ["used", "withdrawn"]
    assert (books.stamps(card), books.owed_stamps(card)) == ("0/10", 10)
    shop.stamp(card, 12, "06-03 10:00")
    assert (books.stamps(card), books.owed_stamps(card)) == ("2/10", 0)


def test_r59_stamps_of_a_reward_that_expired_unused_are_written_off_under_any_policy(books: Books) -> None:
    shop, card, _ = two_rewards(books)
    books.run_due_work(t("09-01 10:00"))
    shop.void("many", "09-02 10:00", name="void")
    assert shop.booked(card, "void", "stamps") == lines("granted +25 · issued −5 · absorbed −20")


def test_r59_a_partial_reversal_leaves_the_rest_of_the_undone_cycle_on_the_card(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.stamp(card, 8, "06-01 10:00")
    shop.stamp(card, 4, "06-01 11:00", name="four")
    shop.void("four", "06-01 12:00")
    assert (books.stamps(card), [reward.state for reward in books.rewards(card)]) == ("8/10", ["withdrawn"])


def test_r59_voided_uses_settle_their_own_owed_stamps_first(books: Books) -> None:
    shop, card, codes = two_rewards(books)
    shop.use(codes[0], "06-01 11:00", name="one")
    shop.use(codes[1], "06-01 12:00", name="two")
    shop.void("many", "06-02 10:00")
    assert books.owed_stamps(card) == 20
    shop.void("two", "06-02 11:00", name="back")
    assert shop.booked(card, "back", "stamps") == lines("redeemed −10 · debt +10")
    assert (books.owed_stamps(card), [reward.state for reward in books.rewards(card)]) == (10, ["used", "withdrawn"])


def test_r55_points_that_were_missing_offline_are_owed_already(books: Books) -> None:
    shop = Shop(books)
    shop.store("FASHIONHUB", offline_cap=OfflineCap(100, 2))
    card, gift = shop.card(), shop.reward("gift", 100)
    shop.points(card, 60, "06-01 10:00", receipt="T-1")
    told: dict[str, Any] = {"occurred_at": t("06-01 11:00"), "store": "FASHIONHUB", "card": card, "reward": gift}
    books.redeem_offline(key=key(), at=t("06-01 12:00"), **told)
    shop.refund("T-1", None, "06-02 10:00", name="refund")
    assert shop.booked(card, "refund") == lines("granted +60 · debt −60")
    assert books.debt(card) == 100
