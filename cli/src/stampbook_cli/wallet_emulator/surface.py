"""The REST surface: from one call, alone or inside a batch, to its answer."""

import re
from typing import Any
from urllib.parse import parse_qs, unquote

import msgspec

from stampbook_cli.wallet_emulator.checking import Contract
from stampbook_cli.wallet_emulator.listing import page_of
from stampbook_cli.wallet_emulator.quota import RequestQuota
from stampbook_cli.wallet_emulator.refusals import Refused, invalid
from stampbook_cli.wallet_emulator.resources import Kind, Resource, demand_sound
from stampbook_cli.wallet_emulator.saving import Plan, SaveDesk
from stampbook_cli.wallet_emulator.tokens import TokenDesk
from stampbook_cli.wallet_emulator.wallet import Wallet

BASE = "/walletobjects/v1/"
SAVE_PATH = "/gp/v/save/"
# Google's older batch dialect writes the collection with a slash at its end.
COLLECTION = re.compile(r"(?P<kind>loyaltyClass|loyaltyObject)/?")
RESOURCE = re.compile(r"(?P<kind>loyaltyClass|loyaltyObject)/(?P<id>[^/]+)")
MESSAGE = re.compile(r"(?P<kind>loyaltyClass|loyaltyObject)/(?P<id>[^/]+)/addMessage")
JWT = re.compile(r"(?P<kind>jwt)")
JWT_VALIDATE = re.compile(r"(?P<kind>jwt)/validate")
ROUTES = (
    ("POST", COLLECTION, "insert"),
    ("GET", COLLECTION, "list"),
    ("GET", RESOURCE, "get"),
    ("PATCH", RESOURCE, "patch"),
    ("PUT", RESOURCE, "update"),
    ("POST", MESSAGE, "addmessage"),
    ("POST", JWT, "insert"),
    ("POST", JWT_VALIDATE, "validate"),
)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    method: str
    path: str
    query: str = ""
    body: bytes = b""
    authorization: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    status: int
    body: dict[str, Any]


class Surface:
    def __init__(
        self, *, contract: Contract, tokens: TokenDesk, quota: RequestQuota, wallet: Wallet, saves: SaveDesk, url: str
    ) -> None:
        self._contract = contract
        self._tokens = tokens
        self._quota = quota
        self._wallet = wallet
        self._saves = saves
        self._url = url

    def answer(self, call: Call) -> Answer:
        """Inner calls of a batch count against the quota one by one: whether Google's do is not documented."""
        try:
            self._tokens.admit(call.authorization)
            self._quota.spend()
            return Answer(status=200, body=self._act(call))
        except Refused as refused:
            return Answer(status=refused.code, body=refused.body())

    def _act(self, call: Call) -> Resource:
        verb, place = route(call)
        operation = f"{place['kind'].lower()}.{verb}"
        query = self._query(operation, call.query)
        body = self._body(operation, call.body)
        if place["kind"] == "jwt":
            return self._insert_jwt(body) if verb == "insert" else self._validate_jwt(body)
        return self._of_wallet(verb, Kind(place["kind"]), unquote(place.get("id", "")), query, body)

    def _of_wallet(self, verb: str, kind: Kind, resource_id: str, query: dict[str, str], body: Resource) -> Resource:
        match verb:
            case "insert":
                return self._wallet.insert(kind, body)
            case "get":
                return self._wallet.get(kind, resource_id)
            case "patch":
                return self._wallet.patch(kind, resource_id, body)
            case "update":
                return self._wallet.update(kind, resource_id, body)
            case "addmessage":
                return self._wallet.add_message(kind, resource_id, body)
            case _:
                parent = "issuerId" if kind is Kind.CLASS else "classId"
                if not query.get(parent):
                    raise invalid(f"{parent} is required.")
                return page_of(self._wallet.listed(kind, query[parent]), query)

    def _query(self, operation: str, text: str) -> dict[str, str]:
        given = {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
        own = self._contract.methods[operation].query
        if unknown := sorted(given.keys() - own - self._contract.parameters):
            raise invalid(f"{unknown[0]} is not a parameter of this method.")
        if given.get("alt", "json") != "json":
            raise invalid("Only alt=json is offered.")
        if "fields" in given:
            raise invalid("Partial answers (fields) are not offered here.")
        return {name: value for name, value in given.items() if name in own}

    def _body(self, operation: str, content: bytes) -> Resource:
        if self._contract.methods[operation].request is None:
            return {}
        try:
            return msgspec.json.decode(content, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise Refused(400, "The body is not a JSON object.", reason="parseError", domain="global") from None

    def _insert_jwt(self, body: Resource) -> Resource:
        demand_sound(self._contract, "JwtResource", body)
        plan = self._saves.plan(body["jwt"])
        self._saves.create(plan)
        link = f"{self._url}{SAVE_PATH}{self._saves.short_link(plan)}"
        return {"saveUri": link, "resources": self._saved_resources(plan)}

    def _saved_resources(self, plan: Plan) -> Resource:
        classes = [self._wallet.get(Kind.CLASS, resource["id"]) for resource in plan.new_classes]
        objects = [self._wallet.get(Kind.OBJECT, object_id) for object_id in plan.object_ids]
        filled = {"loyaltyClasses": classes, "loyaltyObjects": objects}
        return {name: resources for name, resources in filled.items() if resources}

    def _validate_jwt(self, body: Resource) -> Resource:
        demand_sound(self._contract, "JwtValidateRequest", body)
        given = [name for name in ("jwtResource", "jsonResource") if body.get(name)]
        if len(given) != 1:
            raise invalid("Exactly one of jwtResource and jsonResource must be given.")
        if given == ["jwtResource"]:
            self._saves.plan(body["jwtResource"]["jwt"])
        else:
            self._saves.plan_payload(payload_of(body["jsonResource"]["json"]))
        return {}


def route(call: Call) -> tuple[str, dict[str, str]]:
    """Which method of the API a call means, and what its address names."""
    rest = call.path.removeprefix(BASE)
    found = [(method, verb, match) for method, pattern, verb in ROUTES if (match := pattern.fullmatch(rest))]
    if not call.path.startswith(BASE) or not found:
        raise Refused(404, "There is no such method.", reason="notFound", domain="global")
    for method, verb, match in found:
        if method == call.method:
            return verb, match.groupdict()
    raise Refused(405, "The address does not take this method.", reason="httpMethodNotAllowed", domain="global")


def payload_of(text: str) -> object:
    """The payload of a pass given as JSON text: the whole claims, or their payload alone."""
    try:
        content = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        raise invalid("json is not a JSON object.") from None
    return content.get("payload", content)
