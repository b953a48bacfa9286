"""What happens at tills, in shops and at integrators."""

from datetime import timedelta
from typing import Any

from rulebook.happenings.teller import RECEIPTS, REWARDS, Happening, Teller
from rulebook.terms import CUSTOMER, MANAGER, OWNER, By, Channel, Device
from rulebook.views import Answer

CHANNELS: tuple[Channel, ...] = ("till", "offline", "api", "online")
STAFF = (By("anna"), By("ben"), MANAGER, By("erp", "key"))


def device(teller: Teller, it: Happening) -> Device | None:
    """Every third terminal has a clock of its own, and some are revoked."""
    if it.dice % 3:
        return None
    ahead = timedelta(minutes=(it.dice - 30) * 3)
    last_sync = teller.now - timedelta(days=2) if it.dice % 2 else None
    revoked_at = teller.now - timedelta(hours=3) if it.dice % 5 == 0 else None
    return Device(ahead, last_sync, revoked_at)


def where(teller: Teller, it: Happening) -> dict[str, Any]:
    channel = CHANNELS[it.choice % 4]
    told: dict[str, Any] = {"store": teller.store(it), "channel": channel, "by": STAFF[it.dice % 4]}
    if it.dice == 59:
        told["store"] = None
    if channel != "till":
        told["occurred_at"] = teller.now - it.late + timedelta(hours=it.dice % 7 - 3 if it.dice > 40 else 0)
    if channel == "offline":
        told["device"] = device(teller, it)
    if it.which % 3:
        told["receipt"] = RECEIPTS[it.which % 4]
    return told | shown(teller, it)


def shown(teller: Teller, it: Happening) -> dict[str, Any]:
    """A number, a join ticket, or nothing but the card."""
    if it.dice % 8 == 1:
        return {"number": teller.numbers[-1 - it.which % len(teller.numbers)]}
    return {"ticket": True} if it.dice % 8 == 2 else {}


def earn(teller: Teller, it: Happening) -> Answer:
    currency = "JPY" if it.dice % 10 == 9 else "EUR"
    return teller.say("earn", card=teller.card(it), amount=it.n * 49, currency=currency, **where(teller, it))


def earn_more(teller: Teller, it: Happening) -> Answer:
    return teller.say("earn", card=teller.card(it), amount=it.n * 99, **where(teller, it))


def stamp(teller: Teller, it: Happening) -> Answer:
    override = {"override": "busy"} if it.dice % 6 else {}
    return teller.say("give_stamps", card=teller.card(it), n=1 + it.n % 14, **where(teller, it) | override)


def sent_again(teller: Teller, it: Happening) -> Answer:
    """What a frozen card or a revoked device held up."""
    linked_to = teller.refused[-1 - it.which % len(teller.refused)] if teller.refused else "none"
    told: dict[str, Any] = {
        "channel": "offline",
        "occurred_at": teller.now - it.late,
        "linked_to": linked_to,
        "store": "HUB",
    }
    by = MANAGER if it.choice else By("anna")
    if it.dice % 4 == 0:
        told.pop("channel")
        return teller.say("redeem_offline", card=teller.card(it), reward=reward(it.which), by=by, **told)
    if it.which % 2:
        return teller.say("earn", card=teller.card(it), amount=it.n * 49, by=by, **told)
    return teller.say("give_stamps", card=teller.card(it), n=1 + it.n % 3, by=by, **told)


def reservation_of(teller: Teller, it: Happening) -> str:
    return teller.reservations[-1 - it.which % len(teller.reservations)] if teller.reservations else "none"


def hold(teller: Teller, it: Happening) -> Answer:
    told: dict[str, Any] = {"card": teller.card(it), "reward": reward(it.choice), "quantity": 1 + it.which % 3}
    if it.dice % 4 == 0:
        told |= {"channel": "till", "store": teller.store(it)}
    answer = teller.say("hold", **told, **shown(teller, it))
    if answer.reservation:
        teller.reservations.append(answer.reservation)
    return answer


def reward(number: int) -> str:
    return sorted(REWARDS)[number % len(REWARDS)]


def hold_and_capture(teller: Teller, it: Happening) -> Answer:
    teller.say("adjust", card=teller.card(it), by=OWNER, points=it.n)
    held = hold(teller, it)
    quantity = 1 if it.choice % 2 else None
    return teller.say("capture", reservation=held.reservation or "none", quantity=quantity, store="HUB", receipt="R2")


def hold_and_release(teller: Teller, it: Happening) -> Answer:
    teller.say("adjust", card=teller.card(it), by=OWNER, points=it.n)
    held = hold(teller, it)
    teller.wait(it.late)
    return teller.say("release", reservation=held.reservation or "none")


def capture(teller: Teller, it: Happening) -> Answer:
    late = {"not_after": teller.now - timedelta(seconds=1)} if it.dice % 12 == 0 else {}
    quantity = None if it.choice else 1 + it.dice % 3
    return teller.say("capture", reservation=reservation_of(teller, it), quantity=quantity, store="HUB", **late)


def release(teller: Teller, it: Happening) -> Answer:
    return teller.say("release", reservation=reservation_of(teller, it), by=CUSTOMER)


def redeem(teller: Teller, it: Happening) -> Answer:
    words = {"card": teller.card(it), "reward": reward(it.which), "store": teller.store(it)}
    receipt = RECEIPTS[it.n % 4] if it.n % 2 else None
    return teller.say("redeem", **words, quantity=1 + it.choice % 2, receipt=receipt, **shown(teller, it))


def redeem_offline(teller: Teller, it: Happening) -> Answer:
    words = {"card": teller.card(it), "reward": reward(it.which), "store": teller.store(it)}
    return teller.say("redeem_offline", **words, occurred_at=teller.now - it.late, device=device(teller, it))


def use(teller: Teller, it: Happening) -> Answer:
    """A code that was answered, or one of those that the card shows when all that is due has been booked."""
    known = teller.codes
    if it.dice % 3 == 0:
        teller.books.run_due_work(teller.now)
        known = [reward.redeem_code for reward in teller.books.rewards(teller.card(it))]
    code = known[-1 - it.which % len(known)] if known else "22222222"
    receipt = RECEIPTS[it.n % 4] if it.n % 3 == 0 else None
    return teller.say("use_reward", redeem_code=code, store=teller.store(it), receipt=receipt, **shown(teller, it))


def buy_spend_refund(teller: Teller, it: Happening) -> Answer:
    receipt = f"S{teller.told}"
    teller.say("earn", card=teller.card(it), amount=it.n * 60, store="HUB", receipt=receipt)
    teller.say("give_stamps", card=teller.card(it), n=1 + it.which % 5, store="HUB", receipt=receipt, override="busy")
    redeem(teller, it)
    words = {"program": "FG", "receipt": receipt, "store": "HUB"}
    return teller.say("refund", **words, amount=it.n * 60 if it.choice else it.n * 20, with_stamps=it.choice == 1)


def void(teller: Teller, it: Happening) -> Answer:
    operation = teller.keys[-1 - it.which % len(teller.keys)] if teller.keys else "none"
    by = (OWNER, OWNER, MANAGER, By("anna"))[it.dice % 4]
    return teller.say("void", operation=operation, by=by, store=teller.store(it))


def refund(teller: Teller, it: Happening) -> Answer:
    words: dict[str, Any] = {"program": "FG", "receipt": RECEIPTS[it.which % 4], "store": teller.store(it)}
    if it.choice:
        words["amount"] = it.n * 17
    if it.dice % 3 == 0:
        words["receipt_day"] = (teller.now - timedelta(days=it.dice // 6)).date()
    if it.dice % 5 == 0:
        words["refund_number"] = f"B{it.dice % 3}"
    if it.dice % 11 == 0:
        words["currency"] = "JPY"
    kept = {1: {"keep_reward": True}, 2: {"with_stamps": True}, 3: {"with_reward": True}}.get(it.choice, {})
    return teller.say("refund", **words, **kept, at_store="HUB" if it.dice % 7 == 0 else None)
