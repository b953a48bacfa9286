"""The classes and objects of one issuer and everything the REST surface does to them."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from stampbook_cli.wallet_emulator.checking import Contract
from stampbook_cli.wallet_emulator.journal import Journal, Notification, Stored
from stampbook_cli.wallet_emulator.refusals import already_exists, invalid, not_found, quota_exceeded
from stampbook_cli.wallet_emulator.resources import (
    Kind,
    Resource,
    announced,
    demand_own_id,
    demand_sound,
    demand_usable,
    merged,
    reviewed,
    settable,
)

MESSAGES_MAX = 10
NOTIFICATIONS_MAX = 3
NOTIFICATION_WINDOW = timedelta(hours=24)


class Wallet:
    def __init__(self, contract: Contract, journal: Journal, issuer_id: str, now: Callable[[], datetime]) -> None:
        self._contract = contract
        self._journal = journal
        self._issuer_id = issuer_id
        self._now = now
        self._stored = journal.replay()

    def stored(self, kind: Kind) -> list[Stored]:
        return [stored for stored in self._stored.values() if stored.kind is kind]

    def find(self, kind: Kind, resource_id: str) -> Stored | None:
        return self._stored.get((kind, resource_id))

    def demand(self, kind: Kind, resource_id: str) -> Stored:
        demand_own_id(self._issuer_id, resource_id)
        if (stored := self.find(kind, resource_id)) is None:
            raise not_found(kind.noun, resource_id)
        return stored

    def check_insert(self, kind: Kind, body: Resource, classes: Mapping[str, Resource]) -> Resource:
        """What an insert would store. *classes* come into being together with it."""
        demand_sound(self._contract, kind.schema, body)
        resource_id = demand_own_id(self._issuer_id, body["id"])
        if self.find(kind, resource_id) is not None:
            raise already_exists(kind.noun, resource_id)
        return self._settled(kind, body, merged({}, settable(body)), None, classes)

    def keep_new(self, kind: Kind, resource: Resource) -> Stored:
        now = self._now()
        return self._keep(Stored(kind=kind, id=resource["id"], resource=resource, created_at=now, updated_at=now))

    def insert(self, kind: Kind, body: Resource) -> Resource:
        return self.shown(self.keep_new(kind, self.check_insert(kind, body, {})))

    def get(self, kind: Kind, resource_id: str) -> Resource:
        return self.shown(self.demand(kind, resource_id))

    def patch(self, kind: Kind, resource_id: str, body: Resource) -> Resource:
        old = self.demand(kind, resource_id)
        demand_sound(self._contract, kind.schema, body, partial=True)
        return self._change(old, body, merged(old.resource, settable(body)))

    def update(self, kind: Kind, resource_id: str, body: Resource) -> Resource:
        """Replaces the whole: a field left out is gone."""
        old = self.demand(kind, resource_id)
        return self._change(old, body, merged({}, settable(body)))

    def listed(self, kind: Kind, parent_id: str) -> list[Resource]:
        """All classes of an issuer, or all objects of a class."""
        if kind is Kind.CLASS:
            demand_own_id(self._issuer_id, f"{parent_id}.any")
            return [self.shown(stored) for stored in self.stored(kind)]
        self.demand(Kind.CLASS, parent_id)
        return [self.shown(stored) for stored in self.stored(kind) if stored.resource["classId"] == parent_id]

    def add_message(self, kind: Kind, resource_id: str, body: Resource) -> Resource:
        old = self.demand(kind, resource_id)
        demand_sound(self._contract, "AddMessageRequest", body)
        if not (message := body.get("message")):
            raise invalid("message is required.")
        messages = old.resource.get("messages", [])
        if len(messages) >= MESSAGES_MAX:
            raise quota_exceeded(f"A pass can hold at most {MESSAGES_MAX} messages.")
        notifications = old.notifications
        if message.get("messageType") == "TEXT_AND_NOTIFY":
            if not self._may_notify(old):
                raise quota_exceeded(f"A pass can notify at most {NOTIFICATIONS_MAX} times in 24 hours.")
            notifications = [*notifications, self._notification("message", delivered=True)]
        new = old.resource | {"messages": [*messages, message]}
        return {"resource": self.shown(self._store_change(old, new, notifications))}

    def mark_saved(self, object_id: str, *, saved: bool) -> Stored:
        old = self.demand(Kind.OBJECT, object_id)
        return self._keep(msgspec.structs.replace(old, saves=old.saves + 1 if saved else 0))

    def shown(self, stored: Stored) -> Resource:
        """A resource as answers show it: with what the platform adds."""
        shown: dict[str, Any] = {"kind": f"walletobjects#{stored.kind}"} | stored.resource
        if stored.kind is Kind.OBJECT:
            shown["hasUsers"] = stored.saves > 0
            if (loyalty_class := self.find(Kind.CLASS, stored.resource["classId"])) is not None:
                shown["classReference"] = self.shown(loyalty_class)
        return shown

    def _change(self, old: Stored, body: Resource, new: Resource) -> Resource:
        if body.get("id", old.id) != old.id:
            raise invalid("The id in the body is not the one in the address.")
        demand_sound(self._contract, old.kind.schema, new | {"id": old.id})
        new = self._settled(old.kind, body, new | {"id": old.id}, old.resource, {})
        notifications = old.notifications
        if old.kind is Kind.OBJECT and announced(old.resource, new, body):
            # Over the quota a field update is still stored, only the phone stays silent.
            notifications = [*notifications, self._notification("update", delivered=self._may_notify(old))]
        return self.shown(self._store_change(old, new, notifications))

    def _settled(
        self, kind: Kind, body: Resource, new: Resource, old: Resource | None, classes: Mapping[str, Resource]
    ) -> Resource:
        if kind is Kind.CLASS:
            return new | {"reviewStatus": reviewed(body, old)}
        class_id = demand_own_id(self._issuer_id, new["classId"])
        stored = self.find(Kind.CLASS, class_id)
        demand_usable(class_id, classes.get(class_id) if stored is None else stored.resource)
        return new

    def _may_notify(self, stored: Stored) -> bool:
        since = self._now() - NOTIFICATION_WINDOW
        return sum(push.delivered and push.at > since for push in stored.notifications) < NOTIFICATIONS_MAX

    def _notification(self, cause: str, *, delivered: bool) -> Notification:
        return Notification(at=self._now(), cause=cause, delivered=delivered)

    def _store_change(self, old: Stored, new: Resource, notifications: list[Notification]) -> Stored:
        changed = {"resource": new, "notifications": notifications, "updated_at": self._now()}
        return self._keep(msgspec.structs.replace(old, **changed))

    def _keep(self, stored: Stored) -> Stored:
        self._journal.append(stored)
        self._stored[stored.kind, stored.id] = stored
        return stored
