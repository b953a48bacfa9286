"""Journey 4: points are earned, reserved for a reward and captured; a second reservation lapses by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from stampbook_cli.journeys.customer import STORE_ID, Customer
from stampbook_cli.journeys.walk import Walk, demand
from stampbook_cli.seeding.demo_data import demo_id

VOUCHER = str(demo_id("reward/fashion-group/voucher"))
AMOUNT_MINOR, EARNED, COST = 8490, 169, 100
BALANCE, AFTER = 219, 119
BOOKED_WITHIN_SECONDS = 20.0
"""So long after a reservation's end its lapse is told at the latest: the schedule looks every few seconds."""
SCHEDULE = "service:ledger.schedule"


@dataclass(slots=True)
class FourthJourney:
    """The lapse takes as long as the program's shortest hold, which is the till's."""

    customer: Customer
    walk: Walk
    held: dict[str, Any] = field(default_factory=dict)

    async def run(self) -> None:
        try:
            await self.customer.join()
            await earn(self.customer)
            await self.hold_online()
            await self.capture()
            await self.see_the_lots()
            await self.hold_at_the_till()
            await self.see_it_lapse()
            await self.capture_too_late()
        finally:
            await self.customer.leave()

    async def hold_online(self) -> None:
        async with self.walk.step("the web shop's checkout reserves a reward of 100 points") as step:
            body = {"reward_id": VOUCHER, "store_id": STORE_ID, "channel": "online"}
            self.held = await self.customer.system.do(self.customer.on_card("reservations", **body))
            _must_be(self.held, BALANCE, BALANCE - COST)
            seen = await self.customer.must_show(points=BALANCE, stamps=0)
            step.proof = f"{COST} held, {BALANCE - COST} available; still {seen}"

    async def capture(self) -> None:
        async with self.walk.step("the checkout captures it") as step:
            path = f"reservations/{self.held['reservation_id']}/capture"
            call = self.customer.on_card(path, store_id=STORE_ID, channel="online")
            captured = await self.customer.system.do(call)
            demand(captured["points"] == COST, f"captured {captured['points']}")
            _must_be(captured, AFTER, AFTER)
            step.proof = await self.customer.must_show(points=AFTER, stamps=0)

    async def see_the_lots(self) -> None:
        async with self.walk.step("the event stream tells which points were spent: the oldest first") as step:
            redeemed = await self.customer.told_once("reward_redeemed")
            demand(redeemed.lines == {"points": {"held": -COST, "redeemed": COST}}, f"the lines are {redeemed.lines}")
            bonus = await self.customer.told_once("welcome_bonus_granted")
            earned = await self.customer.told_once("points_earned")
            spent = {lot["lot_id"]: lot["redeemed"] for lot in redeemed.data["moves"]["moved"]}
            demand(spent == {bonus.id: 50, earned.id: 50}, f"spent of the lots: {spent}")
            step.proof = "50 of the welcome bonus and 50 of the purchase; held -100 · redeemed +100"

    async def hold_at_the_till(self) -> None:
        async with self.walk.step("a second one is reserved at the till, and nobody captures it") as step:
            call = self.customer.on_card("reservations", reward_id=VOUCHER, store_id=STORE_ID)
            self.held = await self.customer.till.do(call)
            _must_be(self.held, AFTER, AFTER - COST)
            seen = await self.customer.must_show(points=AFTER, stamps=0)
            step.proof = f"until {self.held['ends_at']}; {AFTER - COST} available; still {seen}"

    async def see_it_lapse(self) -> None:
        async with self.walk.step("it lapses by the clock, and its points are free again") as step:
            ends_at = datetime.fromisoformat(self.held["ends_at"])
            left = max(0.0, (ends_at - datetime.now(UTC)).total_seconds())
            lapsed = await self.customer.told_once("reservation_lapsed", within_seconds=left + BOOKED_WITHIN_SECONDS)
            demand(lapsed.data["reservation_id"] == self.held["reservation_id"], "another reservation")
            demand(lapsed.actor == SCHEDULE, f"it was {lapsed.actor}'s doing")
            demand(lapsed.occurred_at == ends_at, f"dated {lapsed.occurred_at}")
            demand(lapsed.lines == {"points": {"held": -COST, "issued": COST}}, f"the lines are {lapsed.lines}")
            _must_be(lapsed.data, AFTER, AFTER)
            seen = await self.customer.must_show(points=AFTER, stamps=0)
            step.proof = f"by {lapsed.actor}, dated to its end; {AFTER} available; {seen}"

    async def capture_too_late(self) -> None:
        async with self.walk.step("what has lapsed is not captured any more") as step:
            path = f"reservations/{self.held['reservation_id']}/capture"
            code = await self.customer.till.refused(self.customer.on_card(path, store_id=STORE_ID))
            demand(code == "reservation_lapsed", f"refused as {code}")
            await self.customer.told_once("reservation_lapsed")
            step.proof = f"refused: {code}; {await self.customer.must_show(points=AFTER, stamps=0)}"


async def earn(customer: Customer, receipt: str | None = None) -> dict[str, Any]:
    """The purchase of 84.90 EUR at the till: 2 points for each euro, rounded down."""
    async with customer.walk.step("a purchase of 84.90 EUR earns 169 points") as step:
        body = {"amount_minor": AMOUNT_MINOR, "currency": "EUR", "store_id": STORE_ID, "receipt": receipt}
        result = await customer.till.do(customer.on_card("points", **body))
        demand(result["points"] == EARNED, f"{result['points']} points")
        _must_be(result, BALANCE, BALANCE)
        step.proof = await customer.must_show(points=BALANCE, stamps=0)
    return result


def _must_be(figures: dict[str, Any], balance: int, available: int) -> None:
    seen = figures["balance"], figures["available"]
    demand(seen == (balance, available), f"balance and available are {seen}")
