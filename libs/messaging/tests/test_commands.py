"""Commands on the real servers: each applied once, each answered, whatever comes twice or cannot be read."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
from counter_house import merchant_in
from counter_service import earn
from counter_works import Works

from stampbook_events import Actor, CommandEnvelope
from stampbook_events.ledger import GiveStamps
from stampbook_messaging.commands import Answers, Commands, Stored
from stampbook_messaging.queries import Queries


async def ear(works: Works) -> Answers:
    answers = Answers(works.house.gateway, Queries(works.house.gateway), f"test{uuid4().hex[:6]}")
    await answers.start()
    return answers


async def test_a_command_is_applied_and_its_sender_hears_it(works: Works) -> None:
    answers, command, card = await ear(works), uuid4(), uuid4()
    works.start()
    future = answers.expect(command)
    await works.house.send(earn(card, 250), uuid4(), id=command, answer_to=answers.instance)
    heard = await answers.wait(future, 10)
    assert heard is not None
    assert (heard.status, msgspec.json.decode(heard.result)) == ("applied", {"balance": 250})
    assert await works.counted(card) == (250, 1)


async def test_a_command_sent_twice_is_applied_once(works: Works) -> None:
    card, merchant, command = uuid4(), uuid4(), uuid4()
    works.start()
    first = await works.house.send(earn(card), merchant, id=command)
    second = await works.house.send(earn(card), merchant, id=command)
    await works.answered(1)
    assert (second.seq, second.duplicate) == (first.seq, True)
    assert await works.counted(card) == (100, 1)


@dataclass
class Kept:
    """Stands where messages are stored, and keeps them."""

    bodies: list[bytes] = field(default_factory=list)

    async def publish_stored(self, subject: str, data: bytes, headers: dict[str, str]) -> Stored:
        self.bodies.append(data)
        return Stored(len(self.bodies), duplicate=False)


async def test_every_command_brings_random_bytes_of_its_own() -> None:
    kept = Kept()
    commands = Commands(kept)  # type: ignore[arg-type]
    about = {"merchant": uuid4(), "actor": Actor(kind="service", id="test"), "correlation": uuid4(), "fingerprint": b""}
    for _ in range(3):
        await commands.send(earn(), id=uuid4(), **about)
    chances = [msgspec.json.decode(body, type=CommandEnvelope).chance for body in kept.bodies]
    assert ({len(chance) for chance in chances}, len(set(chances))) == ({16}, 3)


async def test_a_refusal_is_a_stored_answer(works: Works) -> None:
    works.start()
    await works.house.send(earn(amount=-1), uuid4())
    await works.answered(1, "refused")
    assert await works.house.db.fetchval("SELECT code FROM inbox") == "below_zero"
    assert await works.house.db.fetchval("SELECT count(*) FROM event") == 0


async def test_a_command_taken_too_late_is_told_so(works: Works) -> None:
    await works.house.send(earn(), uuid4(), not_after=datetime.now(UTC) - timedelta(seconds=1))
    works.start()
    await works.answered(1, "refused")
    assert await works.house.db.fetchval("SELECT code FROM inbox") == "too_late"


async def test_commands_of_one_card_are_applied_in_their_order(works: Works) -> None:
    card, merchant = uuid4(), uuid4()
    for amount in range(1, 31):
        await works.house.send(earn(card, amount), merchant)
    works.start()
    await works.answered(30)
    rows = await works.house.db.fetch("SELECT body FROM event ORDER BY partition, pos")
    assert [msgspec.json.decode(row["body"])["data"]["amount_minor"] for row in rows] == list(range(1, 31))
    assert await works.counted(card) == (465, 30)


async def test_what_is_no_command_of_ours_gets_an_inbox_row_and_a_dead_letter(works: Works) -> None:
    merchant, card = merchant_in(3), uuid4()
    await works.house.gateway.publish_stored(f"cmd.ledger.{merchant}.earn_points", b"{]", {})
    await works.house.send(GiveStamps(card_id=card, store_id=card, stamps=1), merchant)
    await works.house.send(earn(card), merchant)
    works.start()
    await works.answered(1)
    assert await works.house.inbox("undecodable") == 2
    assert await works.house.letters() == [("open", "undecodable")] * 2
