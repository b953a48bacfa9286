"""What Google refuses beyond types: rules its documentation states in prose, by schema. Pure."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from stampbook_cli.inbox.serving import is_loopback
from stampbook_cli.wallet_emulator.violation import Violation

Rule = Callable[[dict[str, Any], str], Iterator[Violation]]

LIST_LENGTH_MAX = 10
VALUE_ADDED_LENGTH_MAX = 15
COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
MODULE_ID = re.compile(r"[A-Za-z0-9_-]+")
BALANCES = ("string", "int", "double", "money")


def at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def balance(value: dict[str, Any], path: str) -> Iterator[Violation]:
    if sum(value.get(name) is not None for name in BALANCES) != 1:
        yield Violation(path=path, problem="must hold exactly one of " + ", ".join(BALANCES))


def localized(value: dict[str, Any], path: str) -> Iterator[Violation]:
    if not value.get("defaultValue"):
        yield Violation(path=at(path, "defaultValue"), problem="is required")


def translated(value: dict[str, Any], path: str) -> Iterator[Violation]:
    if not LANGUAGE.fullmatch(value.get("language") or ""):
        yield Violation(path=at(path, "language"), problem="must be a BCP 47 language tag")
    if not value.get("value"):
        yield Violation(path=at(path, "value"), problem="is required")


def text_module(value: dict[str, Any], path: str) -> Iterator[Violation]:
    if value.get("id") and not MODULE_ID.fullmatch(value["id"]):
        yield Violation(path=at(path, "id"), problem="may hold only letters, digits, _ and -")


def image_uri(value: dict[str, Any], path: str) -> Iterator[Violation]:
    parts = urlsplit(value.get("uri") or "")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        yield Violation(path=at(path, "uri"), problem="must be the address of a picture")


def callback(value: dict[str, Any], path: str) -> Iterator[Violation]:
    if not value.get("url"):
        return
    parts = urlsplit(value["url"])
    # Google demands https; plain http is taken only for this computer itself, where no certificate can be had.
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname))):
        yield Violation(path=at(path, "url"), problem="must be an https address")


def location(value: dict[str, Any], path: str) -> Iterator[Violation]:
    for name, limit in (("latitude", 90), ("longitude", 180)):
        if abs(value.get(name) or 0) > limit:
            yield Violation(path=at(path, name), problem=f"must lie between -{limit} and {limit}")


def shared(value: dict[str, Any], path: str) -> Iterator[Violation]:
    for name in ("merchantLocations", "messages"):
        if len(value.get(name) or []) > LIST_LENGTH_MAX:
            yield Violation(path=at(path, name), problem=f"holds more than {LIST_LENGTH_MAX} entries")
    if len(value.get("valueAddedModuleData") or []) > VALUE_ADDED_LENGTH_MAX:
        yield Violation(
            path=at(path, "valueAddedModuleData"), problem=f"holds more than {VALUE_ADDED_LENGTH_MAX} entries"
        )


def loyalty_class(value: dict[str, Any], path: str) -> Iterator[Violation]:
    yield from shared(value, path)
    if value.get("hexBackgroundColor") and not COLOUR.fullmatch(value["hexBackgroundColor"]):
        yield Violation(path=at(path, "hexBackgroundColor"), problem="must be written #rgb or #rrggbb")


RULES: dict[str, Rule] = {
    "LoyaltyPointsBalance": balance,
    "LocalizedString": localized,
    "TranslatedString": translated,
    "TextModuleData": text_module,
    "ImageUri": image_uri,
    "CallbackOptions": callback,
    "MerchantLocation": location,
    "LoyaltyObject": shared,
    "LoyaltyClass": loyalty_class,
}
