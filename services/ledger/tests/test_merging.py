"""Two cards become one (R68): what the event of it says where there never were stamps, and where there are."""

from uuid import uuid5

from ledger.testing import ANNA, CARD, FG, HUB, MANAGER, given, open_card, publish, stamp
from stampbook_events import ids
from stampbook_events.ledger import CardTakenOver, MergeCards

BEN = uuid5(ANNA, "another customer")
BENS = ids.card_id(BEN, FG)
MERGING = MergeCards(card_id=CARD, into=BENS)


def both(**changed: object) -> tuple[object, ...]:
    return publish(**changed), HUB, open_card(), open_card(BEN, number="2" * 16)


def took_over(events: list[object]) -> CardTakenOver:
    (found,) = [event for event in events if isinstance(event, CardTakenOver)]
    return found


def test_a_card_of_points_alone_has_no_stamp_card_of_zero_afterwards() -> None:
    after = given(*both(stamp_target=None)).when(MERGING, actor=MANAGER).answers(stamps=0, stamp_target=None)
    assert took_over(after.events).stamping is None


def test_stamps_go_over_with_their_target() -> None:
    after = given(*both(), stamp(7)).when(MERGING, actor=MANAGER).answers(stamps=7, stamp_target=10)
    stamping = took_over(after.events).stamping
    assert stamping is not None
    assert (stamping.count, stamping.target) == (7, 10)
