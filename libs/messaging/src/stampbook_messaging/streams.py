"""The declared streams, and the one program that may make or change them.

``python -m stampbook_messaging.streams`` creates what is missing and refuses what cannot be changed without harm: the
subjects, the transform with its partitions, the flags that protect what was stored. A full stream refuses new messages,
so the room for each is a setting: STAMPBOOK_COMMAND_STREAM_MEBIBYTES and STAMPBOOK_EVENT_STREAM_MEBIBYTES. On how many
servers of a cluster each message lies is STAMPBOOK_STREAM_REPLICAS; it may grow, and never shrinks by itself.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from stampbook_events.subjects import PARTITIONS, SERVICES, command_stream, event_stream
from stampbook_messaging.bus import ApiRefused, Bus, BusUnavailable, NatsBus, OutcomeUnknown, WrongServer, refused
from stampbook_messaging.jetstream import STREAM_NOT_FOUND
from stampbook_messaging.logging import configure_logging, get_logger
from stampbook_messaging.settings import BUS_VARIABLES, Misconfigured, Variable, number, one_of, read_variables

log = get_logger(__name__)

MEBIBYTE = 2**20
COMMAND_MEBIBYTES = 512
EVENT_MEBIBYTES = 1024
_SIZE = number(1, 1_000_000)
_SECOND = 1_000_000_000
_DAY = 86_400 * _SECOND
CHANGEABLE = frozenset({"max_bytes", "max_age", "duplicate_window", "description", "num_replicas"})
"""What may be another value tomorrow; everything else that differs is refused."""


class StreamDiffers(RuntimeError):
    """A stream is there and is not as declared: changing it silently would lose or reorder messages."""


def command_config(service: str, mebibytes: int = COMMAND_MEBIBYTES) -> dict[str, Any]:
    """Commands have no age: an acknowledged one is never aged out; the janitor purges what the inbox answers for."""
    subject = f"cmd.{service}"
    return _config(
        command_stream(service),
        subjects=[f"{subject}.*.*"],
        subject_transform={
            "src": f"{subject}.*.*",
            "dest": f"{subject}.{{{{partition({PARTITIONS},1)}}}}.{{{{wildcard(1)}}}}.{{{{wildcard(2)}}}}",
        },
        max_bytes=mebibytes * MEBIBYTE,
        max_age=0,
        deny_purge=False,
        allow_atomic=False,
        description=f"Commands of {service}",
    )


def event_config(service: str, mebibytes: int = EVENT_MEBIBYTES) -> dict[str, Any]:
    """Events stay 90 days; older ones are read from their owner's log."""
    return _config(
        event_stream(service),
        subjects=[f"evt.{service}.>"],
        max_bytes=mebibytes * MEBIBYTE,
        max_age=90 * _DAY,
        deny_purge=True,
        allow_atomic=True,
        republish={"src": "evt.>", "dest": "live.evt.>"},
        description=f"Events of {service}",
    )


def _config(name: str, **own: Any) -> dict[str, Any]:
    return {
        "name": name,
        "retention": "limits",
        "storage": "file",
        "discard": "new",
        "deny_delete": True,
        "allow_direct": True,
        "num_replicas": 1,
        "max_msg_size": 1024 * 1024,
        "duplicate_window": 120 * _SECOND,
        "metadata": {"stampbook-partitions": str(PARTITIONS)},
        **own,
    }


def declared(
    command_mebibytes: int = COMMAND_MEBIBYTES, event_mebibytes: int = EVENT_MEBIBYTES, replicas: int = 1
) -> list[dict[str, Any]]:
    commands = [command_config(service, command_mebibytes) for service in SERVICES]
    events = [event_config(service, event_mebibytes) for service in SERVICES]
    return [{**config, "num_replicas": replicas} for config in commands + events]


def differences(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Per field that differs: what is declared and what is there. A flag the server leaves out is off."""
    return {
        name: (value, _plain(name, found.get(name), value))
        for name, value in wanted.items()
        if _plain(name, found.get(name), value) != value
    }


def _plain(name: str, found: Any, wanted: Any) -> Any:
    if name == "metadata" and isinstance(found, dict):
        return {key: value for key, value in found.items() if not key.startswith("_nats")}
    if found is None and isinstance(wanted, bool | int):
        return type(wanted)()
    return found


async def reconcile_streams(bus: Bus, streams: Sequence[dict[str, Any]] | None = None) -> list[str]:
    """Make what is missing, adjust what may change; returns what was done. Raises ``StreamDiffers``."""
    done: list[str] = []
    for wanted in declared() if streams is None else streams:
        done.extend(await _reconcile(bus, wanted))
    return done


async def _reconcile(bus: Bus, wanted: dict[str, Any]) -> list[str]:
    name = wanted["name"]
    found = await _found(bus, name)
    if found is None:
        _must_match(name, wanted, (await _call(bus, f"$JS.API.STREAM.CREATE.{name}", wanted))["config"])
        return [f"{name}: created"]
    different = differences(wanted, found)
    if not different:
        return []
    if set(different) - CHANGEABLE or wanted["num_replicas"] < found["num_replicas"]:
        _must_match(name, wanted, found)
    changed = {**found, **{field: wanted[field] for field in different}}
    _must_match(name, wanted, (await _call(bus, f"$JS.API.STREAM.UPDATE.{name}", changed))["config"])
    return [f"{name}: {', '.join(sorted(different))} changed"]


def _must_match(name: str, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Also after we wrote it: a server that does not know a field drops it without a word."""
    different = differences(wanted, found)
    if different:
        text = "; ".join(f"{field} is {there!r}, declared {here!r}" for field, (here, there) in different.items())
        raise StreamDiffers(f"{name}: {text}")


async def _found(bus: Bus, name: str) -> dict[str, Any] | None:
    try:
        config: dict[str, Any] = (await _call(bus, f"$JS.API.STREAM.INFO.{name}", None))["config"]
    except ApiRefused as trouble:
        if trouble.code == STREAM_NOT_FOUND:
            return None
        raise
    return config


async def _call(bus: Bus, subject: str, body: dict[str, Any] | None) -> dict[str, Any]:
    payload = b"" if body is None else msgspec.json.encode(body)
    answer: dict[str, Any] = msgspec.json.decode((await bus.request(subject, payload, timeout_seconds=10.0)).data)
    if answer.get("error"):
        raise refused(answer["error"])
    return answer


async def _run(settings: Mapping[str, Any]) -> list[str]:
    bus = await NatsBus.connect(
        settings["nats_url"],
        seed_file=str(settings["nats_seed_file"]),
        identity="streams",
        server_name=settings["nats_server_name"],
        cluster_name=settings["nats_cluster_name"],
    )
    room = settings["command_mebibytes"], settings["event_mebibytes"]
    try:
        return await reconcile_streams(bus, declared(*room, replicas=int(settings["replicas"])))
    finally:
        await bus.close()


def main() -> int:
    configure_logging("streams", "streams")
    variables = {
        **BUS_VARIABLES,
        "command_mebibytes": Variable(
            "STAMPBOOK_COMMAND_STREAM_MEBIBYTES", _SIZE, required=False, default=COMMAND_MEBIBYTES
        ),
        "replicas": Variable("STAMPBOOK_STREAM_REPLICAS", one_of("1", "3", "5"), required=False, default="1"),
        "event_mebibytes": Variable("STAMPBOOK_EVENT_STREAM_MEBIBYTES", _SIZE, required=False, default=EVENT_MEBIBYTES),
    }
    try:
        done = asyncio.run(_run(read_variables(os.environ, variables, embedded=True)))
    except (Misconfigured, StreamDiffers, WrongServer, ApiRefused, BusUnavailable, OutcomeUnknown) as problem:
        log.exception("streams.not_reconciled", reason=str(problem))
        return 1
    log.info("streams.reconciled", changes=len(done), done="; ".join(done))
    return 0


if __name__ == "__main__":
    sys.exit(main())
