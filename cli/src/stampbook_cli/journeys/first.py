"""Journey 1: somebody joins on FASHIONHUB's page in French, and everything that follows from it."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stampbook_cli.journeys.doors import Doors, hidden_field, until
from stampbook_cli.journeys.pictures import decoded_qr
from stampbook_cli.journeys.traces import services_in_trace
from stampbook_cli.journeys.walk import Walk, demand
from stampbook_cli.seeding.demo_data import TERMS_VERSION, demo_id
from stampbook_cli.seeding.keys import DemoKeys

STORE = "fashionhub"
STORE_ID = str(demo_id(f"store/{STORE}"))
WELCOME_SUBJECT = "Bienvenue chez Fashion Group S.A. Loyalty !"
BONUS_SUBJECT = "Vous avez gagné 50 points bonus !"
MAILS_WITHIN_SECONDS = 4.0
ALL_SERVICES = {"enrollment", "gateway", "ledger", "notifier", "wallet"}


@dataclass(slots=True)
class FirstJourney:
    """*traces* is the folder of trace files; None where none are written, and the step is left out."""

    doors: Doors
    keys: DemoKeys
    walk: Walk
    traces: Path | None = None
    email: str = field(default_factory=lambda: f"amelie.{secrets.token_hex(6)}@reise.test")
    trace_id: str = field(default_factory=lambda: secrets.token_hex(16))
    submitted_at: float = 0.0
    ticket: str = ""
    card: dict[str, Any] = field(default_factory=dict)
    mails: dict[str, dict[str, Any]] = field(default_factory=dict)
    short_link: str = ""

    async def run(self) -> None:
        form = await self.open_the_form()
        page = await self.send_the_form(form)
        await self.see_the_success_page(page)
        await self.find_the_card_by_ticket()
        await self.find_one_customer_with_one_card()
        await self.receive_two_mails()
        await self.read_the_code_in_the_mail()
        await self.save_the_pass()
        await self.see_the_pass()
        if self.traces is not None:
            await self.see_one_trace(self.traces)

    async def open_the_form(self) -> str:
        async with self.walk.step("the join page opens in French") as step:
            url = self.doors.page(STORE, "/fr/join")
            answer = await self.doors.http.get(url)
            demand(answer.status_code == 200, f"{url} answered {answer.status_code}")
            demand('<html lang="fr"' in answer.text, "the page does not say that it is in French")
            step.proof = f"{url}, {len(answer.content)} bytes, lang fr"
        return answer.text

    async def send_the_form(self, form: str) -> str:
        async with self.walk.step("the form is sent, the birthday as day-month-year") as step:
            demand(all(hidden_field(form, name) for name in _HIDDEN), "the form has no token")
            hidden = await self._test_form()
            self.submitted_at = time.monotonic()
            answer = await self.doors.http.post(
                self.doors.page(STORE, "/fr/join"),
                data={**self._answers(), **hidden},
                headers={"traceparent": f"00-{self.trace_id}-{secrets.token_hex(8)}-01"},
            )
            demand(answer.status_code == 303, f"the form answered {answer.status_code}: {_said(answer.text)}")
            place = answer.headers["location"]
            page = await self.doors.http.get(self.doors.page(STORE, urlsplit(place).path))
            demand(page.status_code == 200, f"the success page answered {page.status_code}")
            step.proof = f"answered after {time.monotonic() - self.submitted_at:.3f} s with the success page"
        return page.text

    async def _test_form(self) -> dict[str, str]:
        """The page's own token would make a customer of flesh and blood; with this one it is a test customer."""
        answer = await self.doors.http.get(
            self.doors.api(f"/stores/{STORE_ID}/test-form"), headers=_bearer(self.keys.staff[STORE])
        )
        demand(answer.status_code == 200, f"the test form answered {answer.status_code}: {answer.text[:200]}")
        return {name: answer.json()[name] for name in _HIDDEN}

    def _answers(self) -> dict[str, str]:
        return {
            "first_name": "Amélie",
            "surname": "Schneider-Weber",
            "email": self.email,
            "phone": "621 123 456",
            "birthday_day": "29",
            "birthday_month": "2",
            "birthday_year": "1992",
            "terms": TERMS_VERSION,
            "contact_reason": "",
        }

    async def see_the_success_page(self, page: str) -> None:
        async with self.walk.step(
            "the success page is in French, with a ticket and the call of a store without catalog"
        ) as step:
            text = _said(page)
            demand("Votre carte est dans votre boîte mail" in text, f"no word of the mail: {text[:300]}")
            found = re.search(r'class="code">([^<]+)<', page)
            demand(found, "the page shows no ticket")
            assert found is not None
            self.ticket = found[1].replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
            demand("<svg" in page, "the ticket has no QR code")
            demand("Retour à l'accueil" in text, f"another call to action: {text[-300:]}")
            step.proof = f"ticket of {len(self.ticket)} characters with its QR code; call to action leads home"

    async def find_the_card_by_ticket(self) -> None:
        async with self.walk.step("the ticket leads staff to the card with 50 points") as step:
            key = self.keys.staff[STORE]
            self.card = await until(
                lambda: self._card_with_balance(key, 50), within_seconds=5, what="a card with 50 points"
            )
            step.proof = f"card {self.card['card_number']} shows {self.card['balance']} points"

    async def _card_with_balance(self, key: str, balance: int) -> dict[str, Any] | None:
        answer = await self.doors.http.get(self.doors.api(f"/tickets/{self.ticket}"), headers=_bearer(key))
        if answer.status_code != 200:
            return None
        card: dict[str, Any] = answer.json()
        return card if card.get("balance") == balance else None

    async def find_one_customer_with_one_card(self) -> None:
        async with self.walk.step("there is one customer with one card") as step:
            answer = await self.doors.http.post(
                self.doors.api("/cards/search"),
                json={"email": self.email},
                headers=_bearer(self.keys.merchants["fashion-group"]),
            )
            demand(answer.status_code == 200, f"the search answered {answer.status_code}: {answer.text[:200]}")
            cards = answer.json()["cards"]
            demand(len(cards) == 1, f"{len(cards)} cards")
            demand(cards[0]["card_id"] == self.card["card_id"], "another card than the ticket's")
            demand(cards[0]["test"] is True, "the customer is not flagged as a test customer")
            person = cards[0]["person"]
            demand(person["birthday"] == "1992-02-29", f"birthday {person['birthday']}")
            demand(person["phone"] == "+352621123456", f"phone {person['phone']}")
            step.proof = "one card of a test customer; birthday 29 February 1992 and phone are shown to the merchant"

    async def receive_two_mails(self) -> None:
        async with self.walk.step("two French mails are accepted by the SMTP server") as step:
            await until(self._both_mails, within_seconds=MAILS_WITHIN_SECONDS + 4, what="both mails")
            took = time.monotonic() - self.submitted_at
            for subject in (WELCOME_SUBJECT, BONUS_SUBJECT):
                demand(subject in self.mails, f"no mail '{subject}', but {sorted(self.mails)}")
            demand(len(self.mails) == 2, f"{len(self.mails)} mails")
            step.proof = f"'{WELCOME_SUBJECT}' and '{BONUS_SUBJECT}', {took:.2f} s after the form was sent"

    async def _both_mails(self) -> bool | None:
        self.mails = {mail["subject"]: mail for mail in await self.doors.mails_to(self.email)}
        return True if len(self.mails) >= 2 else None

    async def read_the_code_in_the_mail(self) -> None:
        async with self.walk.step("the QR code in the mail decodes to the short link") as step:
            mail = await self.doors.mail(self.mails[WELCOME_SUBJECT]["id"])
            pictures = [one for one in mail["attachments"] if one["content_type"] == "image/png"]
            demand(len(pictures) == 1, f"{len(pictures)} pictures")
            demand(f"cid:{pictures[0]['content_id']}" in mail["html"], "the picture is not shown in the mail")
            link = decoded_qr(await self.doors.attachment(pictures[0]["url"]))
            demand(link and "/w/" in link, f"the picture says {link}")
            demand(link in mail["text"], "the text part does not have the same link")
            self.short_link = link or ""
            step.proof = (
                f"{urlsplit(self.short_link).scheme}://{urlsplit(self.short_link).netloc}/w/…, also in the text part"
            )

    async def save_the_pass(self) -> None:
        async with self.walk.step("the short link leads to a valid save link, and the pass is saved") as step:
            link = await until(self._save_link, within_seconds=5, what="a save link")
            looked = await self.doors.http.get(link)
            demand(looked.status_code == 200, f"the wallet refuses the link: {_said(looked.text)}")
            saved = await self.doors.http.post(link)
            demand(saved.status_code == 303, f"saving answered {saved.status_code}: {_said(saved.text)}")
            step.proof = f"signature and claims verified by the wallet; saved ({len(link)} characters)"

    async def _save_link(self) -> str | None:
        answer = await self.doors.http.get(self.short_link)
        demand(answer.status_code == 303, f"the short link answered {answer.status_code}")
        location: str = answer.headers["location"]
        return location if "/gp/v/save/" in location else None

    async def see_the_pass(self) -> None:
        async with self.walk.step("the wallet has the loyalty object with 50 points") as step:
            found = await until(self._object, within_seconds=5, what="an object with 50 points")
            demand(found["accountName"].startswith("Amélie"), f"account name {found['accountName']}")
            step.proof = f"{found['id']} with {found['loyaltyPoints']['balance']['int']} points, {found['state']}"

    async def _object(self) -> dict[str, Any] | None:
        for found in await self.doors.wallet_objects():
            points = found.get("loyaltyPoints", {}).get("balance", {}).get("int")
            if found.get("accountId", "").replace(" ", "") == self.card["card_number"] and points == 50:
                return found
        return None

    async def see_one_trace(self, folder: Path) -> None:
        async with self.walk.step("all of it is one trace") as step:

            async def complete() -> dict[str, int] | None:
                counted = services_in_trace(folder, self.trace_id)
                return counted if set(counted) >= ALL_SERVICES else None

            counted = await until(complete, within_seconds=12, what=f"spans of {sorted(ALL_SERVICES)}")
            step.proof = f"trace {self.trace_id}: " + ", ".join(f"{name} {n}" for name, n in sorted(counted.items()))


_HIDDEN = ("form_token", "idempotency_key")


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _said(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()
