"""Journey 3: a stamp card with 9 of 10 gets 2 stamps in one go, and a reward is to be had."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stampbook_cli.journeys.calling import Call
from stampbook_cli.journeys.customer import STORE_ID, WELCOME_POINTS, Customer
from stampbook_cli.journeys.doors import until
from stampbook_cli.journeys.event_stream import Told
from stampbook_cli.journeys.walk import Walk, demand
from stampbook_cli.seeding.demo_data import FASHION, demo_id

FULL_CARD_REWARD = str(demo_id("reward/fashion-group/scarf"))


@dataclass(slots=True)
class ThirdJourney:
    customer: Customer
    walk: Walk
    call: Call | None = None
    given: dict[str, Any] = field(default_factory=dict)

    async def run(self) -> None:
        try:
            await self.customer.join()
            await bring_to_nine(self.customer)
            await self.give_two()
            await self.see_one_completion()
            await self.give_the_same_again()
            await self.see_it_everywhere()
        finally:
            await self.customer.leave()
        await self.see_one_mail_demanded()

    async def give_two(self) -> None:
        async with self.walk.step("two stamps in one go at the till: one is carried over, one reward unlocked") as step:
            self.call, self.given = await give_two(self.customer)
            [reward] = self.given["unlocked"]
            demand(reward["reward_id"] == FULL_CARD_REWARD, f"another reward: {reward['reward_id']}")
            demand(len(reward["code"]) == 8, f"a code of {len(reward['code'])} characters")
            step.proof = f"1/10 and one reward with a redeem code, to be fetched until {reward['expires_on']}"

    async def see_one_completion(self) -> None:
        async with self.walk.step("the event stream tells of one completion") as step:
            unlocked = await self.customer.told_once("reward_unlocked")
            ids = [one["unlocked_id"] for one in unlocked.data["rewards"]]
            demand(ids == [one["unlocked_id"] for one in self.given["unlocked"]], f"unlocked {ids}")
            events = [*await self._stamped(), unlocked]
            lines = [event.lines.get("stamps") for event in events]
            given, completed = {"granted": -2, "issued": 2}, {"issued": -10, "redeemed": 10}
            demand(lines == [given, completed], f"the lines are {lines}")
            step.proof = "stamps: granted -2 · issued +2, then issued -10 · redeemed +10; each sums to zero"

    async def _stamped(self) -> list[Told]:
        told = await self.customer.told("stamps_earned")
        return [event for event in told if event.id == self.given["operation_id"]]

    async def give_the_same_again(self) -> None:
        async with self.walk.step("the same request once more gives the first answer and no stamp") as step:
            assert self.call is not None
            again = await self.customer.till.do(self.call)
            demand(again == self.given, "another answer")
            demand(len(await self._stamped()) == 1, "stamps were given twice")
            await self.customer.told_once("reward_unlocked")
            step.proof = "word for word the same, one event"

    async def see_one_mail_demanded(self) -> None:
        """Looked at when the notifier has come to what happened last: then nothing more can follow."""
        async with self.walk.step("the reward-ready mail was demanded once") as step:
            unlocked = await self.customer.told_once("reward_unlocked")
            await until(lambda: self._ended("points_expired"), within_seconds=15, what="the notifier's last word")
            ended = await self._ended("reward_ready") or []
            demand(len(ended) == 1, f"{len(ended)} deliveries")
            demand(ended[0].data["event_id"] == unlocked.id, "demanded by another event")
            end = ended[0].name, ended[0].data.get("reason")
            demand(end in {("mail_sent", None), ("mail_suppressed", "no_template")}, f"it ended as {end}")
            step.proof = f"delivery {ended[0].data['delivery_id']} of that event: {' '.join(filter(None, end))}"

    async def _ended(self, kind: str) -> list[Told] | None:
        """Whatever became of mails of that kind to this customer."""
        about = {"customer_id": self.customer.customer_id, "kind": kind}
        return await self.customer.events.told("notifier", ">", FASHION, **about) or None

    async def see_it_everywhere(self) -> None:
        async with self.walk.step("the pass shows 1/10") as step:
            step.proof = await self.customer.must_show(points=WELCOME_POINTS, stamps=1)


async def bring_to_nine(customer: Customer) -> None:
    async with customer.walk.step("nine stamps bring the card to 9 of 10") as step:
        # By the merchant's system: at the same till the two would have to wait for the cooldown.
        result = await customer.system.do(customer.on_card("stamps", stamps=9, store_id=STORE_ID))
        demand(result["given"] == 9 and not result.get("unlocked"), f"given {result['given']}")
        step.proof = await customer.must_show(points=result["balance"], stamps=9)


async def give_two(customer: Customer) -> tuple[Call, dict[str, Any]]:
    """What a till sent, and the answer: 9 + 2 is one full card and one stamp."""
    call = customer.on_card("stamps", stamps=2, store_id=STORE_ID)
    given = await customer.till.do(call)
    seen = given["given"], given["not_given"], given["stamps"], len(given.get("unlocked", ()))
    demand(seen == (2, 0, 1, 1), f"given, not given, stamps, rewards: {seen}")
    return call, given
