"""Who may say and hear what on the bus: one identity per service, with the least it needs."""

from typing import Any

SERVICES = ("enrollment", "ledger", "notifier", "wallet")
IDENTITIES = (*SERVICES, "gateway", "streams", "operator")

# Whose events a service consumes, and whom it asks.
UPSTREAM = {
    "enrollment": (),
    "ledger": ("enrollment",),
    "notifier": ("enrollment", "ledger"),
    "wallet": ("ledger", "enrollment"),
}
ASKS = {
    "enrollment": ("ledger",),
    "ledger": ("enrollment",),
    "notifier": ("enrollment", "ledger", "wallet"),
    "wallet": ("enrollment", "ledger"),
}
# What a service tells another one to do, by the clock; all else goes by events and the other's own policies.
TELLS = {"enrollment": ("cmd.ledger.*.grant_birthday",)}
ANSWER_ONCE = {"max": 1, "expires": "10s"}
ALL_STREAMS = tuple(f"{kind}_{service}" for service in SERVICES for kind in ("CMD", "EVT"))


def permissions(identity: str) -> dict[str, Any]:
    match identity:
        case "gateway":
            return _gateway()
        case "streams":
            return _allow(["$JS.API.>"], [f"_INBOX_{identity}.>"])
        case "operator":
            return _operator()
        case _:
            return _service(identity)


def _allow(publish: list[str], subscribe: list[str]) -> dict[str, Any]:
    return {"publish": {"allow": publish}, "subscribe": {"allow": subscribe}}


def _service(service: str) -> dict[str, Any]:
    upstream = [f"EVT_{token}" for token in UPSTREAM[service]]
    consumed = [f"CMD_{service}", *upstream]
    read = [f"EVT_{service}", f"CMD_{service}", *upstream]
    publish = [
        *(subject for stream in consumed for subject in _consuming(stream)),
        *(subject for stream in read for subject in _reading(stream)),
        f"evt.{service}.>",
        f"cmd.{service}.>",
        *TELLS.get(service, ()),
        "answer.gateway.>",
        f"$JS.API.STREAM.PURGE.CMD_{service}",  # its janitor; event streams refuse any purge by their own flag
        *(f"q.{asked}.>" for asked in ASKS[service]),
    ]
    subscribe = [f"_INBOX_{service}.>", f"q.{service}.>", "$SRV.>"]
    return {**_allow(publish, subscribe), "allow_responses": ANSWER_ONCE}


def _gateway() -> dict[str, Any]:
    streams = [f"$JS.API.STREAM.INFO.CMD_{service}" for service in SERVICES]
    return _allow(["cmd.>", "q.>", *streams], ["_INBOX_gateway.>", "answer.gateway.>", "live.>"])


def _operator() -> dict[str, Any]:
    listing = ["$JS.API.INFO", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.LIST"]
    consuming = [subject for stream in ALL_STREAMS for subject in _consuming(stream)]
    reading = [subject for stream in ALL_STREAMS for subject in _reading(stream)]
    return _allow([*listing, *consuming, *reading, "q.>", "$SRV.>"], ["_INBOX_operator.>", "live.>"])


def _consuming(stream: str) -> list[str]:
    verbs = [f"$JS.API.CONSUMER.{verb}.{stream}.>" for verb in ("CREATE", "INFO", "DELETE", "MSG.NEXT")]
    # Both shapes an acknowledgement can have, with and without domain and account.
    return [*verbs, f"$JS.ACK.{stream}.>", f"$JS.ACK.*.*.{stream}.>"]


def _reading(stream: str) -> list[str]:
    direct = f"$JS.API.DIRECT.GET.{stream}"
    stored = f"$JS.API.STREAM.MSG.GET.{stream}"
    return [f"$JS.API.STREAM.INFO.{stream}", direct, f"{direct}.>", stored, f"{stored}.>"]
