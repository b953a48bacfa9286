"""A command stream that is newer, shorter or other than the database says: alarmed, and read through the inbox."""

from uuid import uuid4

from counter_house import merchant_in, until
from counter_service import earn
from counter_works import Works

from stampbook_messaging.jetstream import stream_state
from stampbook_messaging.streams import command_config

MERCHANT = merchant_in(7)


async def test_a_recreated_stream_is_read_from_its_start_and_known_commands_are_not_applied_again(works: Works) -> None:
    card, command = uuid4(), uuid4()
    works.start()
    await works.house.send(earn(card), MERCHANT, id=command)
    await works.answered(1)
    await works.house.new_stream(command_config("ledger", 64))
    await works.house.send(earn(card), MERCHANT, id=command)
    await works.house.send(earn(card), MERCHANT)
    works.keeper.doubt_everything("test")
    await works.answered(2)
    assert await works.counted(card) == (200, 2)
    details = [row["detail"] for row in await works.house.db.fetch("SELECT detail FROM alarm")]
    assert {"stream": "CMD_ledger", "partition": 7, "how": "recreated"} in details


async def test_another_message_where_the_last_applied_one_was_is_noticed(works: Works) -> None:
    card = uuid4()
    works.start()
    for _ in range(3):
        await works.house.send(earn(card), MERCHANT)
    await works.answered(3)
    await works.house.db.execute("UPDATE partition SET cmd_id = $1 WHERE id = 7", uuid4())
    works.keeper.doubt_everything("test")
    await works.house.send(earn(card), MERCHANT)
    await works.answered(4)
    assert await works.counted(card) == (400, 4)
    assert await works.house.db.fetchval("SELECT detail->>'how' FROM alarm") == "other"


async def test_a_stream_shorter_than_the_cursor_is_noticed(works: Works) -> None:
    card = uuid4()
    works.start()
    await works.house.send(earn(card), MERCHANT)
    await works.answered(1)
    await works.house.db.execute("UPDATE partition SET cmd_seq = 100 WHERE id = 7")
    works.keeper.doubt_everything("test")
    await works.house.send(earn(card), MERCHANT)
    await works.answered(2)
    assert await works.counted(card) == (200, 2)
    assert await works.house.db.fetchval("SELECT detail->>'how' FROM alarm") == "shorter"


async def test_a_stream_that_grew_since_it_was_asked_is_no_other_stream(works: Works) -> None:
    asked_before = await stream_state(works.house.ledger, "CMD_ledger")
    works.start()
    await works.house.send(earn(uuid4()), MERCHANT)
    await works.answered(1)
    epoch = works.leases.held[7]
    start = await works.keeper.starts.of_commands(7, epoch, asked_before, lost=False, not_before=0)
    assert start is not None
    assert start.after_seq == 1
    assert await works.house.alarms() == []


async def test_a_reader_in_doubt_is_made_anew_where_the_database_stands(works: Works) -> None:
    card = uuid4()
    works.start()
    for n in range(1, 6):
        await works.house.send(earn(card), MERCHANT)
        await works.answered(n)
        works.worker.intake.doubt({7}, "test")
        await until(lambda: whole(works))
    assert await works.counted(card) == (500, 5)
    assert await works.house.alarms() == []


async def whole(works: Works) -> bool:
    return not works.worker.intake.doubtful() and works.worker.intake.open_partitions() == set(range(16))
