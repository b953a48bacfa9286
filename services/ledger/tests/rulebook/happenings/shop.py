"""What the merchant decides, and what the clock brings."""

from datetime import timedelta
from typing import Any

from rulebook.happenings.teller import REWARDS, STORES, ZONES, Happening, Teller
from rulebook.happenings.tills import reward
from rulebook.terms import CampaignTerms, OfflineCap, RewardTerms, Scope
from rulebook.views import Answer

SCOPES: tuple[Scope, ...] = ("for_ever", "day", "year", "for_ever")


def begins(teller: Teller, it: Happening) -> dict[str, Any]:
    """At once, or some time ahead."""
    return {"effective_from": teller.now + timedelta(days=it.dice % 9)} if it.dice % 3 == 0 else {}


def publish(teller: Teller, it: Happening) -> Answer:
    terms = teller.terms[it.which % len(teller.terms)]
    return teller.publish("program", "FG", terms=terms, **begins(teller, it))


def campaign(teller: Teller, it: Happening) -> Answer:
    today = teller.now.date()
    terms = CampaignTerms(
        "FG",
        101 + it.n * 3,
        stores=frozenset({teller.store(it)}) if it.dice % 4 == 0 else None,
        weekdays=frozenset({it.dice % 7, it.which % 7}) if it.dice % 2 else None,
        first_day=today if it.dice % 5 == 0 else None,
        last_day=today + timedelta(days=it.dice) if it.dice % 3 == 1 else None,
    )
    return teller.publish("campaign", f"campaign {it.choice % 2}", terms=terms, **begins(teller, it))


def new_reward(teller: Teller, it: Happening) -> Answer:
    name = reward(it.which) if it.choice else "coffee"
    today = teller.now.date()
    terms = RewardTerms(
        "FG",
        cost=REWARDS.get(name, 0) + it.dice % 5 if name in REWARDS else None,
        stores=frozenset({STORES[it.which % 2]}) if it.dice % 6 == 0 else None,
        last_day=today + timedelta(days=it.n) if it.dice % 7 == 0 else None,
        stock=it.n % 20 if it.dice % 2 else None,
        limit=1 + it.n % 4 if it.dice % 3 == 0 else None,
        limit_per=("day", "month", "year", "ever")[it.choice],  # type: ignore[arg-type]
        value=it.n,
        valid_days=1 + it.n if it.dice % 4 else None,
    )
    return teller.publish("reward", name, terms=terms, **begins(teller, it))


def withdraw(teller: Teller, it: Happening) -> Answer:
    named = sorted(teller.versions)
    what, name = named[it.which % len(named)] if named else ("program", "FG")
    return teller.say("withdraw", what=what, name=name, version=teller.versions.get((what, name), 1))


def retire(teller: Teller, it: Happening) -> Answer:
    """Seldom, or nothing could be had any more."""
    if it.dice % 4:
        return new_reward(teller, it)
    return teller.say("retire_reward", reward=reward(it.which))


def change_store(teller: Teller, it: Happening) -> Answer:
    store = teller.store(it)
    zone = "Asia/Tokyo" if it.dice % 5 == 0 else ZONES[store]
    cap = OfflineCap(it.n, 1 + it.choice) if it.dice % 2 else None
    live = it.dice % 9 != 0
    return teller.say("set_store", store=store, zone=zone, receipt_scope=SCOPES[it.choice], offline_cap=cap, live=live)


def pause(teller: Teller, it: Happening) -> Answer:
    return teller.say("pause_loyalty", store=teller.store(it) if it.choice else None)


def resume(teller: Teller, it: Happening) -> Answer:
    return teller.say("resume_loyalty", store=teller.store(it) if it.choice else None)


def suspend(teller: Teller, it: Happening) -> Answer:
    return teller.say("set_merchant", state="suspended" if it.choice == 0 else "live")


def resume_all(teller: Teller, it: Happening) -> Answer:
    teller.say("set_merchant", state="live")
    teller.say("resume_loyalty", store=STORES[it.choice % 2])
    return teller.say("resume_loyalty")


def end_program(teller: Teller, it: Happening) -> Answer:
    """Seldom, or nothing would be earned any more."""
    if it.which:
        return teller.say("lower_open_cycles", program="FG")
    ends_at = teller.now + timedelta(days=1)
    return teller.say("end_program", program="FG", ends_at=ends_at, last_day=(ends_at + timedelta(days=92)).date())


def extend(teller: Teller, it: Happening) -> Answer:
    return teller.say("extend_lots", program="FG")


def work(teller: Teller, it: Happening) -> Answer:
    teller.books.run_due_work(teller.now)
    return Answer()
