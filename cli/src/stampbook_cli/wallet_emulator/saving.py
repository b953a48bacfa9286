"""Save links: what a signed link asks to put into a wallet, checked before anything is shown or stored."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from stampbook_cli.wallet_emulator.credentials import ServiceAccount
from stampbook_cli.wallet_emulator.refusals import already_exists, invalid, not_found
from stampbook_cli.wallet_emulator.resources import Kind, Resource
from stampbook_cli.wallet_emulator.signing import BadToken, instant, sign, verified_claims
from stampbook_cli.wallet_emulator.wallet import Wallet

SAFE_LENGTH = 1800
SKEW_SECONDS = 300


class Payload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    classes: list[Resource] = msgspec.field(default_factory=list, name="loyaltyClasses")
    objects: list[Resource] = msgspec.field(default_factory=list, name="loyaltyObjects")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What carrying out a link would do: create what is new, and save these objects."""

    new_classes: list[Resource]
    new_objects: list[Resource]
    object_ids: list[str]


class SaveDesk:
    def __init__(self, account: ServiceAccount, wallet: Wallet, now: Callable[[], datetime]) -> None:
        self._account = account
        self._key = account.signing_key()
        self._wallet = wallet
        self._now = now

    def plan(self, jwt: str) -> Plan:
        """Check a link's signature, claims and payload."""
        try:
            claims = verified_claims(jwt, self._key.public_key(), self._account.private_key_id)
            self._demand_claims(claims)
        except BadToken as bad:
            raise invalid(f"The save link is not valid: {bad}.") from bad
        return self.plan_payload(claims.get("payload"))

    def plan_payload(self, content: object) -> Plan:
        try:
            payload = msgspec.convert(content, Payload)
        except msgspec.ValidationError as bad:
            raise invalid(f"The payload is not valid: {bad}.") from bad
        if not payload.classes and not payload.objects:
            raise invalid("The payload holds no class and no object.")
        new_classes = [resource for body in payload.classes for resource in self._new(Kind.CLASS, body, {})]
        classes = {resource["id"]: resource for resource in new_classes}
        new_objects = [resource for body in payload.objects for resource in self._new(Kind.OBJECT, body, classes)]
        if len({body["id"] for body in payload.objects}) != len(payload.objects):
            raise invalid("The payload names an object twice.")
        return Plan(
            new_classes=new_classes,
            new_objects=new_objects,
            object_ids=[body["id"] for body in payload.objects],
        )

    def create(self, plan: Plan) -> None:
        for kind, resources in ((Kind.CLASS, plan.new_classes), (Kind.OBJECT, plan.new_objects)):
            for resource in resources:
                if self._wallet.find(kind, resource["id"]) is not None:
                    raise already_exists(kind.noun, resource["id"])
                self._wallet.keep_new(kind, resource)

    def short_link(self, plan: Plan) -> str:
        """A link that only names its objects: what ``/jwt`` gives back for a long one."""
        objects = [{"id": object_id} for object_id in plan.object_ids]
        claims: dict[str, Any] = {"iss": self._account.client_email, "aud": "google", "typ": "savetowallet"}
        claims |= {"iat": int(self._now().timestamp()), "payload": {"loyaltyObjects": objects}}
        return sign(claims, self._key, self._account.private_key_id)

    def _demand_claims(self, claims: dict[str, Any]) -> None:
        expected = {"iss": self._account.client_email, "aud": "google", "typ": "savetowallet"}
        if wrong := [name for name, value in expected.items() if claims.get(name) != value]:
            raise BadToken(f"{wrong[0]} must be {expected[wrong[0]]}")
        now = self._now().timestamp()
        if instant(claims, "iat") > now + SKEW_SECONDS:
            raise BadToken("iat lies in the future")
        if "exp" in claims and instant(claims, "exp") <= now:
            raise BadToken("it has expired")

    def _new(self, kind: Kind, body: Resource, classes: dict[str, Resource]) -> list[Resource]:
        """Nothing for a resource that exists; one that does not must be given whole."""
        stored = self._wallet.find(kind, str(body.get("id")))
        if stored is None:
            if not set(body) - {"id", "classId"}:
                raise not_found(kind.noun, str(body.get("id")))
            return [self._wallet.check_insert(kind, body, classes)]
        if kind is Kind.OBJECT and body.get("classId", stored.resource["classId"]) != stored.resource["classId"]:
            raise invalid("The object belongs to another class.")
        return []
