"""A test customer: joins at the till, is looked at through every door, and leaves when the journey is over."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from stampbook_cli.journeys.calling import Call, Caller
from stampbook_cli.journeys.doors import Doors, until
from stampbook_cli.journeys.event_stream import EventStream, Told
from stampbook_cli.journeys.walk import Walk, demand
from stampbook_cli.seeding.demo_data import FASHION, demo_id
from stampbook_cli.seeding.keys import DemoKeys

STORE = "fashionhub"
SISTER_STORE = "fashionoutlet"
STORE_ID = str(demo_id(f"store/{STORE}"))
SISTER_STORE_ID = str(demo_id(f"store/{SISTER_STORE}"))
PROGRAM_ID = str(demo_id("program/fashion-group"))
WELCOME_POINTS = 50
PASS_SECONDS = 10
TOLD_SECONDS = 8
_POINTS = re.compile(r"<dd>([^<]*?) points?</dd>")
_STAMPS = re.compile(r"<dd>(\d+) of (\d+)[^<]*</dd>")


@dataclass(slots=True)
class Customer:
    """*till* is a member of FASHIONHUB's staff, *system* the merchant's own web shop. *page*: the link in the mail.

    *once*: the events that must not be told twice.
    """

    doors: Doors
    keys: DemoKeys
    walk: Walk
    events: EventStream
    email: str = field(default_factory=lambda: f"journey.{secrets.token_hex(8)}@reise.test")
    card_id: str = ""
    customer_id: str = ""
    number: str = ""
    page: str = ""
    once: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    @property
    def till(self) -> Caller:
        return Caller(self.doors, self.keys.staff[STORE])

    @property
    def sister_till(self) -> Caller:
        return Caller(self.doors, self.keys.staff[SISTER_STORE])

    @property
    def system(self) -> Caller:
        return Caller(self.doors, self.keys.merchants["fashion-group"])

    def on_card(self, path: str, **body: object) -> Call:
        return Call(f"/cards/{self.card_id}/{path}", body)

    async def join(self) -> None:
        async with self.walk.step("a test customer joins at the till and has the welcome bonus") as step:
            body = {
                "first_name": "Jo",
                "surname": "Test",
                "email": self.email,
                "language": "en",
                "test": True,
            }
            result = await self.till.do(Call(f"/stores/{STORE_ID}/customers", body))
            demand("card" in result, f"no card in {sorted(result)}")
            card = result["card"]
            demand(card["test"] is True, "the card is not a test customer's")
            self.card_id, self.customer_id, self.number = card["card_id"], card["customer_id"], card["card_number"]
            self.page = await until(self._link, within_seconds=15, what="the mail with the card's link")
            step.proof = f"card {self.number}: {await self.must_show(points=WELCOME_POINTS, stamps=0)}"

    async def _link(self) -> str | None:
        mails = [await self.doors.mail(mail["id"]) for mail in await self.doors.mails_to(self.email)]
        found = (re.search(r"http\S+/c/\S+", mail["text"]) for mail in mails)
        return next((one[0] for one in found if one), None)

    async def must_show(self, *, points: int, stamps: int, target: int = 10) -> str:
        """The same figures now on API and page, and soon on the pass; says so."""
        card = await self.system.see(f"/cards/{self.card_id}")
        shown = card["balance"], card["stamps"], card["stamp_target"]
        demand(shown == (points, stamps, target), f"the API shows {shown}")
        await self._page_must_show(points, f"{stamps}/{target}")

        async def on_the_pass() -> bool | None:
            found = await self.wallet_object()
            return True if found is not None and _figures(found) == (points, f"{stamps}/{target}") else None

        await until(on_the_pass, within_seconds=PASS_SECONDS, what=f"a pass with {points} and {stamps}/{target}")
        return f"{points} points and {stamps}/{target} stamps on API, page and pass"

    async def _page_must_show(self, points: int, stamps: str) -> None:
        answer = await self.doors.http.get(self.page, follow_redirects=True)
        demand(answer.status_code == 200, f"the customer's page answered {answer.status_code}")
        text = unescape(answer.text)
        found, stamped = _POINTS.search(text), _STAMPS.search(text)
        demand(found and _number(found[1]) == points, f"the page shows {found and found[1]} points, not {points}")
        demand(stamped and f"{stamped[1]}/{stamped[2]}" == stamps, f"the page shows {stamped and stamped[0]}")

    async def wallet_object(self) -> dict[str, Any] | None:
        objects = await self.doors.wallet_objects()
        return next((one for one in objects if one.get("accountId", "").replace(" ", "") == self.number), None)

    async def told(self, name: str, **about: object) -> list[Told]:
        """The ledger's events of that name on the card, as far as they have been told."""
        return await self.events.told("ledger", name, FASHION, card_id=self.card_id, **about)

    async def told_once(self, name: str, *, within_seconds: float = TOLD_SECONDS, **about: object) -> Told:
        """It is told, and once; looked at again when the customer leaves, for then all of the card's events are told."""
        if (name, about) not in self.once:
            self.once.append((name, about))
        return await self._once(name, about, within_seconds)

    async def _once(self, name: str, about: dict[str, object], within_seconds: float = TOLD_SECONDS) -> Told:
        async def look() -> list[Told] | None:
            return await self.told(name, **about) or None

        found = await until(look, within_seconds=within_seconds, what=f"the event {name}")
        demand(len(found) == 1, f"{name} was told {len(found)} times")
        return found[0]

    async def leave(self) -> None:
        """Nothing of a test customer stays on a card or a pass; all that is done for it are events."""
        if not self.card_id:
            return
        async with self.walk.step("the test customer leaves: the card is closed by an event") as step:
            await self.system.do(self.on_card("close", cause="leaving"))
            closed = await self._once("card_closed", {})
            for name, about in self.once:
                await self._once(name, about)
            card = await self.system.see(f"/cards/{self.card_id}")
            shown = card["state"], card["balance"], card["stamps"]
            demand(shown == ("closed", 0, 0), f"the API shows {shown}")

            async def expired() -> bool | None:
                found = await self.wallet_object()
                return True if found is not None and found["state"] == "EXPIRED" else None

            await until(expired, within_seconds=PASS_SECONDS, what="a pass that has expired")
            step.proof = f"event {closed.id}; nothing is left on the card, the pass has expired"


def _figures(found: dict[str, Any]) -> tuple[int | None, str | None]:
    points: int | None = found.get("loyaltyPoints", {}).get("balance", {}).get("int")
    stamps: str | None = found.get("secondaryLoyaltyPoints", {}).get("balance", {}).get("string")
    return points, stamps


def _number(text: str) -> int | None:
    """As pages write it: with a minus sign, and spaces or commas between thousands."""
    plain = re.sub(r"[\s,]", "", text).replace("\u2212", "-")
    return int(plain) if re.fullmatch(r"-?\d+", plain) else None
