"""The published language of Stampbook: what services and integrators may rely on."""

from stampbook_events.envelope import GENESIS, Actor, CommandEnvelope, EventEnvelope, body_of, hash_of, running_head
from stampbook_events.registry import COMMANDS, EVENTS, UnknownType, command_type, event_type, tag_of

__all__ = [
    "COMMANDS",
    "EVENTS",
    "GENESIS",
    "Actor",
    "CommandEnvelope",
    "EventEnvelope",
    "UnknownType",
    "body_of",
    "command_type",
    "event_type",
    "hash_of",
    "running_head",
    "tag_of",
]
