"""The warning that points end names the store its mail is written from (R38)."""

from datetime import timedelta

from ledger.testing import CARD, FASHIONHUB, HUB, NOON, given, open_card, publish
from stampbook_events.ledger import PointsExpiring, RollingExpiry, Rules, WarnOfExpiry


def test_it_is_the_cards_home_store() -> None:
    soon = publish(rules=Rules(expiry=RollingExpiry(count=40, unit="days")))
    later = NOON + timedelta(days=15)
    (event,) = given(soon, HUB, open_card()).when(WarnOfExpiry(card_id=CARD), recorded=later).events
    assert isinstance(event, PointsExpiring)
    assert (event.points, event.store_id) == (50, FASHIONHUB)
