"""A policy's command is published until its inbox result is there, and that result is how the delivery ends."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from counter_channel import Post, because, demand, now
from counter_house import House
from counter_service import earn
from counter_works import Works
from standing_clock import StandingClock

from stampbook_events import ids
from stampbook_events.ledger import EarnPoints
from stampbook_messaging.bus import BusUnavailable, OutcomeUnknown
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.commands import AskCommand, CommandResult, Commands
from stampbook_messaging.deliveries import store
from stampbook_messaging.deliveries.command_channel import CommandChannel, InboxResults, _meaning
from stampbook_messaging.messages import Answer
from stampbook_messaging.protocols import Delivery
from stampbook_messaging.queries import Queries, QueryUnavailable


@dataclass
class Scripted:
    """Answers of an inbox, in order; the last one goes on. An exception is raised."""

    answers: list[Any]
    asked: list[AskCommand] = field(default_factory=list)

    async def result(self, service: str, ask: AskCommand) -> CommandResult:
        self.asked.append(ask)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return CommandResult(answer=answer)


@dataclass
class Sent:
    """Stands where the commands go out, and keeps what was sent."""

    trouble: Exception | None = None
    commands: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, command: msgspec.Struct, **about: Any) -> None:
        self.commands.append({"command": command, **about})
        if self.trouble is not None:
            raise self.trouble


def channel(house: House, results: Any = None, commands: Any = None, clock: Any = None) -> CommandChannel:
    return CommandChannel(
        commands=commands or Commands(house.ledger),
        results=results or InboxResults("ledger", house.db, Queries(house.ledger)),
        clock=clock or SystemClock(),
        actor="ledger-policy",
    )


def policy(command: EarnPoints, **more: Any) -> dict[str, Any]:
    fields = msgspec.to_builtins(command)
    return {"channel": "command", "kind": "open_card", "payload": {"command": fields, "keys": [str(command.card_id)]}}


@pytest.fixture
async def post(house: House) -> AsyncIterator[Post]:
    """Deliveries by the real channel; the test says when one is tried."""
    yield await Post.of(house, channel(house))  # type: ignore[arg-type]


async def claimed(house: House, command: EarnPoints) -> Delivery:
    await demand(house, channel(house), [because(await now(house), **policy(command))])  # type: ignore[arg-type]
    (delivery,) = await store.claim(house.db, "one", "command", 1)
    return delivery


async def unmarked() -> None:
    """The point of no return, of no interest here."""


async def test_a_policys_command_is_applied_and_ends_its_delivery(works: Works, post: Post) -> None:
    command = earn(uuid4(), 70)
    works.start()
    delivery = await post.demand(**policy(command))
    await post.runner._start_some()
    row = await post.reaches(delivery, "sent")
    assert await works.counted(command.card_id) == (70, 1)
    inbox = await works.house.db.fetchval("SELECT command_id FROM inbox")
    assert inbox == ids.policy_command_id(row["event_id"], "open_card")


async def test_a_command_is_sent_again_with_the_same_id_until_it_is_answered(works: Works, house: House) -> None:
    command = earn(uuid4(), 70)
    delivery = await claimed(house, command)
    first = await channel(house, clock=StandingClock()).deliver(delivery, unmarked)
    second = await channel(house, clock=StandingClock()).deliver(delivery, unmarked)
    assert {(end.verdict, end.reason) for end in (first, second)} == {("retry", "not_answered_yet")}
    works.start()
    await works.answered(1)
    third = await channel(house).deliver(delivery, unmarked)
    assert (third.verdict, await works.counted(command.card_id)) == ("sent", (70, 1))


async def test_what_was_answered_before_is_not_sent_again(house: House) -> None:
    sent, ask = Sent(), Scripted([Answer(command_id=uuid4(), status="applied")])
    end = await channel(house, ask, sent).deliver(await claimed(house, earn()), unmarked)
    assert (end.verdict, sent.commands) == ("sent", [])


async def test_the_command_says_who_sent_it_and_because_of_what(house: House) -> None:
    sent, command = Sent(), earn(uuid4())
    ask = Scripted([None, Answer(command_id=uuid4(), status="applied")])
    delivery = await claimed(house, command)
    await channel(house, ask, sent).deliver(delivery, unmarked)
    (about,) = sent.commands
    assert about["command"] == command
    assert (about["actor"].id, about["causation"], about["merchant"]) == (
        "ledger-policy",
        delivery.event_id,
        delivery.merchant,
    )
    assert about["keys"] == (command.card_id,)


@pytest.mark.parametrize("trouble", [BusUnavailable("gone"), OutcomeUnknown("late"), QueryUnavailable("nobody")])
async def test_a_bus_that_is_away_is_our_own_trouble(house: House, trouble: Exception) -> None:
    delivery = await claimed(house, earn())
    sending = await channel(house, Scripted([None]), Sent(trouble)).deliver(delivery, unmarked)
    asking = await channel(house, Scripted([trouble])).deliver(delivery, unmarked)
    assert (sending.verdict, asking.verdict) == ("ours", "ours")
    assert (sending.host, sending.reason) == ("ledger", type(trouble).__name__)


@pytest.mark.parametrize(
    ("policy_", "status", "code", "verdict"),
    [
        ("open_card", "applied", None, "sent"),
        ("open_card", "refused", "card_exists", "sent"),
        ("open_card", "refused", "program_unknown", "dead"),
        ("link_store", "refused", "store_already_linked", "sent"),
        ("link_store", "refused", "card_exists", "dead"),
        ("unlisted", "refused", "card_exists", "dead"),
        ("open_card", "parked", None, "retry"),
        ("open_card", "mismatch", None, "dead"),
        ("open_card", "undecodable", None, "dead"),
    ],
)
def test_only_listed_refusals_end_a_policy_well(policy_: str, status: str, code: str | None, verdict: str) -> None:
    answer = Answer(command_id=UUID(int=1), status=status, code=code)
    assert _meaning(policy_, "ledger", answer).verdict == verdict


async def test_a_parked_command_is_asked_for_again_later(works: Works, post: Post) -> None:
    works.start()
    delivery = await post.demand(**policy(earn(receipt="bug")))
    await post.runner._start_some()
    row = await post.reaches(delivery, "retrying")
    assert row["reason"] == "parked"
    assert (row["next_at"] - await now(works.house)).total_seconds() > 200
