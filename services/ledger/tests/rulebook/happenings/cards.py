"""What happens to cards, their holders and their figures by hand."""

from datetime import timedelta

from rulebook.happenings.teller import PERSONS, Happening, Teller
from rulebook.speaking import birthday_of, welcome_of
from rulebook.terms import MANAGER, OWNER, By, Cause
from rulebook.views import Answer

CAUSES: tuple[Cause, ...] = ("leaving", "misuse", "leaving", "erasure")


def freeze(teller: Teller, it: Happening) -> Answer:
    return teller.say("freeze", card=teller.card(it))


def unfreeze(teller: Teller, it: Happening) -> Answer:
    return teller.say("unfreeze", card=teller.card(it))


def check_person(teller: Teller, it: Happening) -> Answer:
    return teller.say("check_person", card=teller.card(it))


def adjust(teller: Teller, it: Happening) -> Answer:
    sign = 1 if it.which % 2 else -1
    value = {"points": sign * it.n} if it.choice % 2 else {"stamps": sign * (1 + it.n % 7)}
    by = (OWNER, OWNER, MANAGER, By("anna"))[it.dice % 4]
    return teller.say("adjust", card=teller.card(it), by=by, **value)


def forgive(teller: Teller, it: Happening) -> Answer:
    return teller.say("forgive_debt", card=teller.card(it), by=OWNER if it.dice % 4 else By("anna"))


def close(teller: Teller, it: Happening) -> Answer:
    return teller.say("close", card=teller.card(it), cause=CAUSES[it.choice])


def join_again(teller: Teller, it: Happening) -> Answer:
    number = teller.number(f"N{teller.told}")
    return teller.say(
        "open_card", program="FG", person=PERSONS[it.who % len(PERSONS)], store=teller.store(it), number=number
    )


def merge(teller: Teller, it: Happening) -> Answer:
    return teller.say("merge", card=teller.card(it), into=teller.cards[it.which % len(teller.cards)])


def new_number(teller: Teller, it: Happening) -> Answer:
    return teller.say("new_number", card=teller.card(it), number=teller.number(f"N{teller.told}"))


def confirm(teller: Teller, it: Happening) -> Answer:
    return teller.say("confirm_address", person=PERSONS[it.who % len(PERSONS)])


def birthday(teller: Teller, it: Happening) -> Answer:
    """Some are far enough ahead, some are not."""
    born = (teller.now + timedelta(days=20 + it.dice)).date()
    return teller.say("set_birthday", card=teller.card(it), month=born.month, day=born.day)


def consent(teller: Teller, it: Happening) -> Answer:
    return teller.say("set_consent", card=teller.card(it), given=it.choice > 0)


def void_bonus(teller: Teller, it: Happening) -> Answer:
    card = teller.card(it)
    operation = welcome_of(card) if it.choice % 2 else birthday_of(card, teller.now.year)
    return teller.say("void", operation=operation, by=OWNER)
