"""Settings from the environment: everything missing or still a placeholder is named at once; nothing is guessed."""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stampbook_events.subjects import SERVICES
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.logging import Level

_PLACEHOLDER = re.compile(
    r"example\.(com|org|net)\b|\.(example|invalid)\b|change[-_ ]?me|replace[-_ ]?me|place[-_ ]?holder|your[-_]"
    r"|^<.*>$|^\.\.\.$|^x{3,}$|dummy|insert[-_ ]here",
    re.IGNORECASE,
)


class Misconfigured(RuntimeError):
    """The environment does not say what it must; *problems* lists all of it, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("settings are not complete:\n" + "\n".join(f"  {problem}" for problem in problems))
        self.problems = problems


Parse = Callable[[str], Any]
"""Turns the text of a variable into a value; raises ValueError with what is wrong, without the value."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable. *required* unless a *default* is given; *outward*: loopback only when embedded."""

    name: str
    parse: Parse = str
    required: bool = True
    default: Any = None
    outward: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagingSettings:
    """What every service needs. *database_url* is empty for the gateway, which has no schema."""

    token: str
    nats_url: str
    nats_seed_file: Path
    nats_server_name: str | None
    nats_cluster_name: str | None = None
    database_url: str = field(repr=False)
    health_address: tuple[str, int]
    traces_file: Path | None
    seals_directory: Path | None = None
    log_level: Level
    instance: str
    public_url: str
    embedded: bool
    failpoints: Failpoints


def address(text: str) -> tuple[str, int]:
    """``host:port``."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) < 65536:
        raise ValueError("is not host:port")
    return host.strip("[]"), int(port)


def url(*schemes: str) -> Parse:
    def parse(text: str) -> str:
        parts = urlsplit(text)
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError(f"is not an address that starts with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return text.rstrip("/") if parts.scheme.startswith("http") else text

    return parse


def urls(*schemes: str) -> Parse:
    """One or more addresses with a comma between them; the text stays as it is."""
    one = url(*schemes)

    def parse(text: str) -> str:
        return ",".join(one(part.strip()) for part in text.split(","))

    return parse


def file(text: str) -> Path:
    """A file that can be read."""
    path = Path(text)
    if not path.is_file() or not os.access(path, os.R_OK):
        raise ValueError("names no file that can be read")
    return path


def secret_file(text: str) -> Path:
    """A file that can be read, and not by everybody."""
    path = file(text)
    if path.stat().st_mode & 0o007:
        raise ValueError("names a file that everybody on this machine can read")
    return path


def writable_file(text: str) -> Path:
    path = Path(text)
    if not path.parent.is_dir():
        raise ValueError("names a file in a folder that does not exist")
    return path


def writable_folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir() or not os.access(path, os.W_OK):
        raise ValueError("names no folder that can be written to")
    return path


_FILES = (file, secret_file, writable_file, writable_folder)


def one_of(*values: str) -> Parse:
    def parse(text: str) -> str:
        if text not in values:
            raise ValueError(f"is none of {', '.join(values)}")
        return text

    return parse


def number(lowest: int, highest: int) -> Parse:
    def parse(text: str) -> int:
        if not text.isdigit() or not lowest <= int(text) <= highest:
            raise ValueError(f"is no number from {lowest} to {highest}")
        return int(text)

    return parse


def hexadecimal(length: int) -> Parse:
    """*length* bytes, in hexadecimal."""

    def parse(text: str) -> bytes:
        if not re.fullmatch(rf"[0-9a-fA-F]{{{2 * length}}}", text):
            raise ValueError(f"is not {length} bytes in hexadecimal")
        return bytes.fromhex(text)

    return parse


def subject_token(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", text):
        raise ValueError("may hold letters, digits, - and _ only")
    return text


def _new_instance(token: str) -> str:
    host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:40]
    return f"{token}-{host}-{os.getpid()}-{secrets.token_hex(3)}"


BUS_VARIABLES: Mapping[str, Variable] = {
    "nats_url": Variable("STAMPBOOK_NATS_URL", urls("nats", "tls"), outward=True),
    "nats_seed_file": Variable("STAMPBOOK_NATS_SEED_FILE", secret_file),
    "nats_server_name": Variable("STAMPBOOK_NATS_SERVER_NAME", required=False),
    "nats_cluster_name": Variable("STAMPBOOK_NATS_CLUSTER_NAME", required=False),
}
"""Where the bus is, and by which of the two names it is known."""


def _variables(token: str) -> dict[str, Variable]:
    variables = {
        **BUS_VARIABLES,
        "database_url": Variable("STAMPBOOK_DATABASE_URL", url("postgresql", "postgres"), outward=True),
        "health_address": Variable("STAMPBOOK_HEALTH_ADDRESS", address),
        "traces_file": Variable("STAMPBOOK_TRACES_FILE", writable_file, required=False),
        "seals_directory": Variable("STAMPBOOK_SEALS_DIRECTORY", writable_folder, required=False),
        "log_level": Variable("STAMPBOOK_LOG_LEVEL", one_of("debug", "info", "warning", "error"), False, "info"),
        "instance": Variable("STAMPBOOK_INSTANCE", subject_token, required=False),
        "public_url": Variable("STAMPBOOK_PUBLIC_URL", url("http", "https"), outward=True),
        "failpoints": Variable("STAMPBOOK_FAILPOINTS", Failpoints.parse, required=False),
    }
    if token not in SERVICES:
        del variables["database_url"], variables["seals_directory"]
    return variables


def read(environ: Mapping[str, str], token: str, *, fields: Mapping[str, Variable]) -> dict[str, Any]:
    """The values of *fields* by attribute name, and ``messaging``. Raises ``Misconfigured`` with every problem there is."""
    embedded = environ.get("STAMPBOOK_EMBEDDED") == "1"
    problems = _bus_problems(environ)
    own = {name: _value(environ, variable, embedded, problems) for name, variable in _variables(token).items()}
    values = {name: _value(environ, variable, embedded, problems) for name, variable in fields.items()}
    if problems:
        raise Misconfigured(sorted(problems))
    own["instance"] = own["instance"] or _new_instance(token)
    own["failpoints"] = own["failpoints"] or Failpoints()
    own.setdefault("database_url", "")
    return {"messaging": MessagingSettings(token=token, embedded=embedded, **own), **values}


def read_variables(environ: Mapping[str, str], fields: Mapping[str, Variable], *, embedded: bool) -> dict[str, Any]:
    """Like ``read`` for a program that is no service."""
    problems = _bus_problems(environ) if fields.items() >= BUS_VARIABLES.items() else []
    values = {name: _value(environ, variable, embedded, problems) for name, variable in fields.items()}
    if problems:
        raise Misconfigured(sorted(problems))
    return values


def _bus_problems(environ: Mapping[str, str]) -> list[str]:
    """A server's name in a cluster would refuse the other servers; no name would accept anybody's."""
    names = ("STAMPBOOK_NATS_SERVER_NAME", "STAMPBOOK_NATS_CLUSTER_NAME")
    given = [name for name in names if environ.get(name, "").strip()]
    if len(given) == 1:
        return []
    return [f"{' and '.join(names)} are both given" if given else f"{names[0]} is missing"]


def _value(environ: Mapping[str, str], variable: Variable, embedded: bool, problems: list[str]) -> Any:
    text = environ.get(variable.name, "").strip()
    if not text:
        if variable.required:
            problems.append(f"{variable.name} is missing")
        return variable.default
    if _PLACEHOLDER.search(text if variable.parse not in _FILES else Path(text).name):
        problems.append(f"{variable.name} is still a placeholder")
        return None
    if variable.outward and not embedded and is_loopback(text):
        problems.append(f"{variable.name} names this machine itself, which only the embedded mode may do")
        return None
    try:
        return variable.parse(text)
    except ValueError as reason:
        problems.append(f"{variable.name} {reason}")
        return None


def is_loopback(text: str) -> bool:
    """Whether an address, with or without scheme and port, leads to this machine itself."""
    return any(_leads_here(part) for part in text.split(","))


def _leads_here(text: str) -> bool:
    host = _host_of(text)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return bool(ip.is_loopback or ip.is_unspecified)


def _host_of(text: str) -> str:
    try:
        return (urlsplit(text if "://" in text else f"//{text}").hostname or text).rstrip(".").lower()
    except ValueError:
        return ""  # No address at all, which is the parser's to say.
