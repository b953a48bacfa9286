"""The grammar of subjects and streams, and the partition a merchant belongs to."""

from uuid import UUID

PARTITIONS = 16
"""Fixed for life: another number would move merchants between partitions."""

SERVICES = ("enrollment", "ledger", "notifier", "wallet")
"""The services that own a log; their tokens name streams, schemas, roles and identities."""


def partition_of(merchant: UUID) -> int:
    """FNV-1a, 32 bits, of the hyphenated id, modulo 16: what nats-server's ``partition(16,1)`` computes."""
    value = 0x811C9DC5
    for byte in str(merchant).encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value % PARTITIONS


def command_stream(service: str) -> str:
    return f"CMD_{service}"


def event_stream(service: str) -> str:
    return f"EVT_{service}"


def command_subject(command_type: str, merchant: UUID) -> str:
    """Where a command is published: ``ledger.earn_points.v1`` → ``cmd.ledger.<merchant>.earn_points``."""
    service, name, _ = command_type.split(".")
    return f"cmd.{service}.{merchant}.{name}"


def command_filter(service: str, partition: int) -> str:
    """The commands of one partition, as the stream's transform stored them."""
    return f"cmd.{service}.{partition}.>"


def event_subject(event_type: str, *, public: bool, merchant: UUID, partition: int) -> str:
    """Where an event is published; the type goes without its version, the card stays in the headers."""
    service, name, _ = event_type.split(".")
    return f"evt.{service}.{'pub' if public else 'int'}.{merchant}.{partition}.{name}"


def event_filter(service: str, partition: int) -> str:
    return f"evt.{service}.*.*.{partition}.>"


def query_subject(service: str, name: str) -> str:
    return f"q.{service}.{name}"


def answer_subject(instance: str, command: UUID) -> str:
    return f"answer.gateway.{instance}.{command}"
