"""A birthday that cannot be granted is work that was refused, so that it stands with all that the clock asked for (R27)."""

from datetime import date

from ledger.testing import ANNA, CARD, FG, HUB, given, open_card, publish
from stampbook_events.ledger import BirthdayBonus, FreezeCard, GrantBirthday, Rules, WorkRefused

GRANTING = GrantBirthday(customer_id=ANNA, program_id=FG, day=date(2026, 6, 6))
GIFT = publish(rules=Rules(birthday=BirthdayBonus(points=20)))


def test_a_card_that_is_frozen_waits() -> None:
    refusal = WorkRefused(card_id=CARD, code="card_frozen")
    given(GIFT, HUB, open_card(), FreezeCard(card_id=CARD)).when(GRANTING).then(refusal).refused("card_frozen")


def test_a_program_without_a_gift_gives_none() -> None:
    refusal = WorkRefused(card_id=CARD, code="birthday_not_offered")
    given(publish(), HUB, open_card()).when(GRANTING).then(refusal).refused("birthday_not_offered")
