"""The join form's token: when a form was handed out, for which store, and the key that makes it one command."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from gateway.command_ids import CommandIds
from stampbook_messaging.clock import Clock

LIVES_FOR = timedelta(hours=24)
FILL_SECONDS_MIN = 0.6
"""Nobody fills in a form quicker; whoever does is not refused but made to wait that long."""


@dataclass(frozen=True, slots=True)
class FormToken:
    token: str
    key: str


@dataclass(frozen=True, slots=True)
class FormTokens:
    """No state: the token carries its time and is signed together with store and key."""

    ids: CommandIds
    clock: Clock

    def issue(self, store_id: UUID, *, test: bool = False) -> FormToken:
        """*test*: whoever joins with this form is a test customer from birth (A4)."""
        key = secrets.token_urlsafe(16)
        issued = f"{int(self.clock.now().timestamp() * 1000):x}"
        return FormToken(f"{issued}.{self._mark(store_id, issued, key, test=test)}", key)

    def issued_at(self, store_id: UUID, token: str, key: str) -> datetime | None:
        """When the form was handed out; None for one that is not ours, another store's, or too old."""
        issued, _, mark = token.partition(".")
        if not self._is(mark, store_id, issued, key, test=False) and not self.is_test(store_id, token, key):
            return None
        at = datetime.fromtimestamp(int(issued, 16) / 1000, tz=self.clock.now().tzinfo)
        return at if self.clock.now() - at <= LIVES_FOR else None

    def is_test(self, store_id: UUID, token: str, key: str) -> bool:
        issued, _, mark = token.partition(".")
        return self._is(mark, store_id, issued, key, test=True)

    def _is(self, mark: str, store_id: UUID, issued: str, key: str, *, test: bool) -> bool:
        return compare_digest(mark.encode(), self._mark(store_id, issued, key, test=test).encode())

    def _mark(self, store_id: UUID, issued: str, key: str, *, test: bool) -> str:
        return self.ids.mark("test join form" if test else "join form", store_id, issued, key)
