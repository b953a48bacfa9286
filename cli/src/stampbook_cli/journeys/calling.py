"""The API as a journey calls it: every write is a call with a key of its own, which can be made a second time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx

from stampbook_cli.journeys.doors import Doors
from stampbook_cli.journeys.walk import demand

WAIT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Call:
    """*path* below ``/v1``. Made again it is the same request; another ``Call`` of the same content is a new one."""

    path: str
    body: dict[str, Any]
    key: str = field(default_factory=lambda: f"journey-{secrets.token_hex(12)}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a *key*: a member of staff at a till, or a merchant's system."""

    doors: Doors
    key: str = field(repr=False)

    async def do(self, call: Call) -> dict[str, Any]:
        """The result of what was applied; anything else is not as promised."""
        answer = await self._post(call)
        demand(answer.status_code == httpx.codes.OK, f"{call.path} answered {answer.status_code}: {answer.text[:300]}")
        result: dict[str, Any] = answer.json()["result"]
        return result

    async def refused(self, call: Call) -> str:
        """The code that it was refused with."""
        answer = await self._post(call)
        demand(400 <= answer.status_code < 500, f"{call.path} answered {answer.status_code}: {answer.text[:300]}")
        code: str = answer.json()["code"]
        return code

    async def see(self, path: str) -> dict[str, Any]:
        answer = await self.doors.http.get(self.doors.api(path), headers=self._bearer)
        demand(answer.status_code == httpx.codes.OK, f"{path} answered {answer.status_code}: {answer.text[:300]}")
        found: dict[str, Any] = answer.json()
        return found

    async def _post(self, call: Call) -> httpx.Response:
        headers = {**self._bearer, "Idempotency-Key": call.key, "Prefer": f"wait={WAIT_SECONDS}"}
        return await self.doors.http.post(self.doors.api(call.path), json=call.body, headers=headers)

    @property
    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}
