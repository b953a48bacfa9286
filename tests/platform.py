"""A whole Stampbook for tests, and what they do with it again and again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from stampbook_cli.auditing.attached import audit_attached
from stampbook_cli.embedded.attached import Attached
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.stack import RunningStack
from stampbook_cli.journeys.doors import Doors, hidden_field
from stampbook_cli.seeding.demo_data import TERMS_VERSION
from stampbook_cli.seeding.keys import DemoKeys

HIDDEN = ("form_token", "idempotency_key")


@dataclass(frozen=True, slots=True)
class Platform:
    """*running* may restart single services; *doors* are what the world sees."""

    directory: DataDirectory
    running: RunningStack
    attached: Attached
    doors: Doors
    keys: DemoKeys

    async def audit(self) -> list[dict[str, Any]]:
        """The checks that found something."""
        document = await audit_attached(self.attached)
        return [check for check in document["checks"] if not check["ok"]]

    def new_address(self) -> str:
        return f"test.{secrets.token_hex(8)}@reise.test"

    async def join(
        self, email: str, *, store: str = "fashionhub", language: str = "fr", **fields: str
    ) -> httpx.Response:
        """Open the form as a browser would, fill it in and send it."""
        form = await self.doors.http.get(self.doors.page(store, f"/{language}/join"))
        return await self.send_form(form.text, email, store=store, language=language, **fields)

    async def send_form(
        self, form: str, email: str, *, store: str = "fashionhub", language: str = "fr", **fields: str
    ) -> httpx.Response:
        """Sent twice, the same form is one join."""
        answers = {
            "first_name": "Nora",
            "surname": "Becker",
            "email": email,
            "phone": "",
            "birthday_day": "",
            "birthday_month": "",
            "birthday_year": "",
            "terms": TERMS_VERSION,
            "contact_reason": "",
        }
        hidden = {name: hidden_field(form, name) for name in HIDDEN}
        return await self.doors.http.post(
            self.doors.page(store, f"/{language}/join"), data={**answers, **hidden, **fields}
        )

    def bearer(self, key: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {key}"}

    async def card_of(self, email: str, merchant: str = "fashion-group") -> dict[str, Any] | None:
        """What the merchant's look-up by mail finds; None when there is no card (yet), or nobody to ask just now."""
        try:
            answer = await self.doors.http.post(
                self.doors.api("/cards/search"),
                json={"email": email},
                headers=self.bearer(self.keys.merchants[merchant]),
            )
        except httpx.TransportError:
            return None
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return None
        cards: list[dict[str, Any]] = answer.raise_for_status().json()["cards"]
        return cards[0] if cards else None
