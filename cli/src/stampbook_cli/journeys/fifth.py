"""Journey 5: a purchase is refunded in part by its receipt, then stamps are voided; doing it twice changes nothing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from stampbook_cli.journeys.calling import Call
from stampbook_cli.journeys.customer import (
    PROGRAM_ID,
    SISTER_STORE_ID,
    STORE_ID,
    TOLD_SECONDS,
    WELCOME_POINTS,
    Customer,
)
from stampbook_cli.journeys.doors import until
from stampbook_cli.journeys.event_stream import Told, posted
from stampbook_cli.journeys.fourth import AFTER, COST, EARNED, VOUCHER, earn
from stampbook_cli.journeys.third import bring_to_nine, give_two
from stampbook_cli.journeys.walk import Walk, demand

PART_MINOR, PART = 2000, 39
REST_MINOR, REST = 6490, EARNED - PART
LEFT = AFTER - PART
OWED = REST - LEFT


@dataclass(slots=True)
class FifthJourney:
    """What journeys 3 and 4 leave behind is given to its own card first."""

    customer: Customer
    walk: Walk
    receipt: str = field(default_factory=lambda: f"J5-{secrets.randbelow(10**12):012}")
    purchase: dict[str, Any] = field(default_factory=dict)
    stamps: dict[str, Any] = field(default_factory=dict)
    refund: Call | None = None
    void: Call | None = None

    async def run(self) -> None:
        try:
            await self.customer.join()
            self.purchase = await earn(self.customer, self.receipt)
            await self.spend()
            await bring_to_nine(self.customer)
            await self.complete_the_card()
            await self.refund_a_part()
            await self.see_where_the_points_came_from()
            await self.refund_it_again()
            await self.refund_the_rest()
            await self.void_the_stamps()
            await self.void_them_again()
            await self.add_up()
        finally:
            await self.customer.leave()

    async def spend(self) -> None:
        async with self.walk.step("100 points are spent for a reward") as step:
            call = self.customer.on_card("redemptions", reward_id=VOUCHER, store_id=STORE_ID)
            redeemed = await self.customer.till.do(call)
            demand(redeemed["points"] == COST, f"{redeemed['points']} points")
            step.proof = await self.customer.must_show(points=AFTER, stamps=0)

    async def complete_the_card(self) -> None:
        async with self.walk.step("two stamps complete the card") as step:
            _, self.stamps = await give_two(self.customer)
            step.proof = await self.customer.must_show(points=AFTER, stamps=1)

    def _refund(self, amount_minor: int, number: str) -> Call:
        """At the sister store, which did not sell it: goods come back anywhere."""
        body = {
            "program_id": PROGRAM_ID,
            "receipt": self.receipt,
            "sold_by": STORE_ID,
            "store_id": SISTER_STORE_ID,
            "amount_minor": amount_minor,
            "currency": "EUR",
            "refund_number": f"{self.receipt}-{number}",
        }
        return Call("/refunds", body)

    async def _refunded(self, number: str) -> Told:
        return await self.customer.told_once("purchase_refunded", refund_number=f"{self.receipt}-{number}")

    async def refund_a_part(self) -> None:
        async with self.walk.step("20.00 of the 84.90 EUR are refunded by receipt, at the sister store") as step:
            self.refund = self._refund(PART_MINOR, "R1")
            refunded = await self.customer.sister_till.do(self.refund)
            seen = refunded["points"], refunded["balance"], refunded["refunded"]
            demand(seen == (PART, LEFT, self.purchase["operation_id"]), f"points, balance, purchase: {seen}")
            seen_everywhere = await self.customer.must_show(points=LEFT, stamps=1)
            step.proof = f"{PART} points reversed of purchase {refunded['refunded']}; {seen_everywhere}"

    async def see_where_the_points_came_from(self) -> None:
        async with self.walk.step("the reversal names the purchase and takes from its own lot") as step:
            told = await self._refunded("R1")
            purchase = self.purchase["operation_id"]
            demand(told.data["operation_id"] == purchase, f"it names {told.data['operation_id']}")
            moved = told.data["moves"]["moved"]
            demand(moved == [{"lot_id": purchase, "free": -PART, "reversed": PART}], f"moved: {moved}")
            demand(told.lines == {"points": {"granted": PART, "issued": -PART}}, f"the lines are {told.lines}")
            step.proof = f"receipt {told.data['receipt']}; granted +{PART} · issued -{PART}"

    async def refund_it_again(self) -> None:
        async with self.walk.step("refunded twice it is refunded once") as step:
            assert self.refund is not None
            same = await self.customer.sister_till.do(self.refund)
            demand((same["points"], same["balance"]) == (PART, LEFT), f"the same request was answered with {same}")
            code = await self.customer.sister_till.refused(self._refund(PART_MINOR, "R1"))
            demand(code == "refund_already_recorded", f"a new key was refused as {code}")
            await self._refunded("R1")
            seen = await self.customer.must_show(points=LEFT, stamps=1)
            step.proof = f"same key: the first answer; new key: {code}; {seen}"

    async def refund_the_rest(self) -> None:
        async with self.walk.step(
            "the rest is refunded too: what was spent of it is owed, as the program says"
        ) as step:
            refunded = await self.customer.sister_till.do(self._refund(REST_MINOR, "R2"))
            seen = refunded["points"], refunded["balance"], refunded["available"]
            demand(seen == (REST, -OWED, 0), f"points, balance, available: {seen}")
            told = await self._refunded("R2")
            lines = {"granted": REST, "issued": -LEFT, "debt": -OWED}
            demand(told.lines == {"points": lines}, f"the lines are {told.lines}")
            code = await self.customer.sister_till.refused(self._refund(1, "R3"))
            demand(code == "refund_exceeds_purchase", f"one cent more was refused as {code}")
            seen_everywhere = await self.customer.must_show(points=-OWED, stamps=1)
            step.proof = f"{LEFT} from its lot, {OWED} owed; one cent more: {code}; {seen_everywhere}"

    async def void_the_stamps(self) -> None:
        async with self.walk.step("the two stamps are voided: the card is at 9, its reward withdrawn") as step:
            self.void = Call(f"/operations/{self.stamps['operation_id']}/void", {})
            voided = await self.customer.system.do(self.void)
            seen = voided["voided"], voided["given"], voided["stamps"]
            demand(seen == (self.stamps["operation_id"], 2, 9), f"voided, stamps taken, stamps left: {seen}")
            told = await self.customer.told_once("operation_voided")
            [reward] = self.stamps["unlocked"]
            demand(told.data["operation_id"] == self.stamps["operation_id"], "it names another operation")
            demand(told.data["stamping"]["withdrawn"] == [reward["unlocked_id"]], "it withdraws another reward")
            lines = {"granted": 2, "issued": 8, "redeemed": -10}
            demand(told.lines == {"stamps": lines}, f"the lines are {told.lines}")
            code = await self.customer.till.refused(Call("/codes/use", {"code": reward["code"], "store_id": STORE_ID}))
            demand(code == "code_expired", f"its code was refused as {code}")
            step.proof = f"names {seen[0]}; the code: {code}; {await self.customer.must_show(points=-OWED, stamps=9)}"

    async def void_them_again(self) -> None:
        async with self.walk.step("voided twice they are voided once") as step:
            assert self.void is not None
            same = await self.customer.system.do(self.void)
            demand((same["given"], same["stamps"]) == (2, 9), f"the same request was answered with {same}")
            code = await self.customer.system.refused(Call(self.void.path, {}))
            demand(code == "already_voided", f"a new key was refused as {code}")
            await self.customer.told_once("operation_voided")
            seen = await self.customer.must_show(points=-OWED, stamps=9)
            step.proof = f"same key: the first answer; new key: {code}; {seen}"

    async def add_up(self) -> None:
        async with self.walk.step("all that was posted on the card adds up to what it shows") as step:
            points = {"granted": -WELCOME_POINTS, "redeemed": COST, "debt": -OWED}
            events = await until(
                lambda: self._summing_to({"points": points, "stamps": {"granted": -9, "issued": 9}}),
                within_seconds=TOLD_SECONDS,
                what=f"postings that sum to {points} and 9 stamps",
            )
            step.proof = f"{len(events)} events; {', '.join(f'{account} {n}' for account, n in points.items())} points"

    async def _summing_to(self, sums: dict[str, dict[str, int]]) -> list[Told] | None:
        events = await self.customer.told(">")
        return events if posted(events) == sums else None
