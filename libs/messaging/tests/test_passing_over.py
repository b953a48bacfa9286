"""Events that nothing here reacts to: the cursor goes past them in one statement, and nothing else changes."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from counter_house import House, merchant_in, until
from counter_reader import POISON, Reader, tell

from stampbook_events.ledger import StampsEarned

MERCHANT = merchant_in(11)


@pytest.fixture
async def reader(house: House) -> AsyncIterator[Reader]:
    """It has read one event that it reacts to."""
    made = Reader.of(house)
    made.start()
    await tell(house, MERCHANT, 1, uuid4())
    await made.reaches(MERCHANT, 1)
    yield made
    await made.rest()


async def ignored(reader: Reader, position: int, card: UUID) -> None:
    about = {name: uuid4() for name in ("customer_id", "program_id", "store_id")}
    stamps = StampsEarned(card_id=card, **about, program_version=1, stamps=1, not_given=0, count=1, target=10)
    await tell(reader.house, MERCHANT, position, card, event=stamps)


async def test_the_cursor_goes_past_them_and_nobody_is_woken(reader: Reader) -> None:
    await until(lambda: woken(reader, 1))
    for position in range(2, 6):
        await ignored(reader, position, uuid4())
    await reader.reaches(MERCHANT, 5)
    assert (len(reader.woken), await reader.owed()) == (1, 1)


async def test_what_comes_after_them_takes_effect(reader: Reader) -> None:
    card = uuid4()
    await ignored(reader, 2, card)
    await reader.reaches(MERCHANT, 2)
    await tell(reader.house, MERCHANT, 3, card)
    await reader.reaches(MERCHANT, 3)
    assert (await reader.learnt(card), await reader.owed()) == ((100, 1), 2)


async def test_one_of_them_waits_behind_its_parked_card_all_the_same(reader: Reader) -> None:
    card = uuid4()
    await tell(reader.house, MERCHANT, 2, card, POISON)
    await reader.reaches(MERCHANT, 2)
    await ignored(reader, 3, card)
    await reader.reaches(MERCHANT, 3)
    assert await reader.house.letters("wallet") == [("open", "bug:ZeroDivisionError"), ("waiting", "behind_parked")]


async def test_a_cursor_moved_by_hand_is_noticed_by_one_of_them(reader: Reader) -> None:
    await reader.db.execute("UPDATE cursor SET pos = 9, stream_seq = 9 WHERE partition = 11")
    await ignored(reader, 2, uuid4())
    await until(lambda: alarmed(reader))
    assert await reader.at(MERCHANT) == 2


async def test_who_has_lost_the_partition_moves_nothing(reader: Reader) -> None:
    await reader.db.execute("UPDATE partition SET epoch = epoch + 1, owner = 'another' WHERE id = 11")
    await ignored(reader, 2, uuid4())
    await until(lambda: doubted(reader))
    assert await reader.at(MERCHANT) == 1


async def woken(reader: Reader, times: int) -> bool:
    return len(reader.woken) >= times


async def alarmed(reader: Reader) -> bool:
    return await reader.house.alarms("wallet") == ["cursor_moved"] and await reader.at(MERCHANT) == 2


async def doubted(reader: Reader) -> bool:
    return 11 in reader.consumer.intake.doubtful() or 11 not in reader.keeper.leases.held
