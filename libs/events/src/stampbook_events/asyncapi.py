"""The AsyncAPI 3.0 document of what integrators may read: every public event, its channel and its headers."""

from typing import Any

import msgspec

from stampbook_events.envelope import EventEnvelope, body_of
from stampbook_events.registry import EVENTS, service_of
from stampbook_events.routing import PUBLIC
from stampbook_events.samples import sample_event

VERSION = "1.0.0"

_SERVERS = {
    "bus": {
        "host": "{host}:{port}",
        "protocol": "nats",
        "description": "JetStream. A merchant's read-only credential sees the public events of that merchant alone.",
        "variables": {"host": {"description": "Given with the credential."}, "port": {"default": "4222"}},
    }
}
_PARAMETERS = {
    "merchant": {"description": "The merchant's id, hyphenated and in lower case."},
    "partition": {"description": "0 to 15; read with a wildcard."},
}
_HEADERS: dict[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0 attributes in binary mode, the event's hash and the trace it belongs to.",
    "required": ["ce-specversion", "ce-id", "ce-type", "ce-source", "ce-subject", "ce-time", "Stampbook-Hash"],
    "properties": {
        "ce-specversion": {"const": "1.0"},
        "ce-id": {"type": "string", "format": "uuid", "description": "The event's id; the same when it comes again."},
        "ce-type": {"type": "string", "description": "The type with its version."},
        "ce-source": {"type": "string", "format": "uri-reference"},
        "ce-subject": {"type": "string", "format": "uuid", "description": "The aggregate."},
        "ce-time": {"type": "string", "format": "date-time", "description": "When it was recorded."},
        "Stampbook-Hash": {
            "type": "string",
            "pattern": "^[0-9a-f]{64}$",
            "description": "SHA-256 over the hash of the predecessor on the aggregate and this body.",
        },
        "traceparent": {"type": "string", "description": "W3C trace context."},
    },
}


def document() -> dict[str, Any]:
    public = {tag: kind for tag, kind in EVENTS.items() if PUBLIC[tag]}
    _, schemas = msgspec.json.schema_components(
        [EventEnvelope, *public.values()], ref_template="#/components/schemas/{name}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Stampbook events",
            "version": VERSION,
            "description": "Events are read from JetStream at least once and in order per partition; ids never change.",
        },
        "defaultContentType": "application/json",
        "servers": _SERVERS,
        "channels": {_channel_id(tag): _channel(tag, kind) for tag, kind in public.items()},
        "operations": {f"send_{_channel_id(tag)}": _operation(tag, kind) for tag, kind in public.items()},
        "components": {
            "messages": {kind.__name__: _message(tag, kind) for tag, kind in public.items()},
            "schemas": {**schemas, "EventHeaders": _HEADERS},
        },
    }


def _channel_id(tag: str) -> str:
    service, name, _ = tag.split(".")
    return f"{service}_{name}"


def _channel(tag: str, kind: type[msgspec.Struct]) -> dict[str, Any]:
    service, name, _ = tag.split(".")
    return {
        "address": f"evt.{service}.pub.{{merchant}}.{{partition}}.{name}",
        "messages": {kind.__name__: {"$ref": f"#/components/messages/{kind.__name__}"}},
        "parameters": _PARAMETERS,
        "servers": [{"$ref": "#/servers/bus"}],
    }


def _operation(tag: str, kind: type[msgspec.Struct]) -> dict[str, Any]:
    channel = f"#/channels/{_channel_id(tag)}"
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{kind.__name__}"}],
    }


def _message(tag: str, kind: type[msgspec.Struct]) -> dict[str, Any]:
    data = {"$ref": f"#/components/schemas/{kind.__name__}"}
    narrowed = {"type": "object", "properties": {"type": {"const": tag}, "data": data}}
    return {
        "name": tag,
        "title": f"{kind.__name__} by {service_of(tag)}",
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/EventHeaders"},
        "payload": {"allOf": [{"$ref": "#/components/schemas/EventEnvelope"}, narrowed]},
        "examples": [{"name": kind.__name__, "payload": msgspec.json.decode(body_of(sample_event(tag)))}],
    }
