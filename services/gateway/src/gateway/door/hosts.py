"""Which of our two faces a host name means: the platform's own or a store's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Hosts:
    """*base_url* as the settings have it; stores live one level below its host."""

    base_url: str

    @property
    def scheme(self) -> str:
        return urlsplit(self.base_url).scheme

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    def subdomain(self, host_header: str) -> str | None:
        """A store's name; "" for the platform itself; None for a host that is not ours."""
        host = _without_port(host_header).lower().removesuffix(".")
        if host == self.host or (self.host == "localhost" and host in {"127.0.0.1", "[::1]"}):
            return ""
        name, _, rest = host.partition(".")
        return name if rest == self.host and _SUBDOMAIN.fullmatch(name) else None

    def origin(self, subdomain: str) -> str:
        """The one right address of a store, whatever header the request came with."""
        parts = urlsplit(self.base_url)
        port = f":{parts.port}" if parts.port else ""
        host = f"{subdomain}.{parts.hostname}" if subdomain else parts.hostname
        return f"{parts.scheme}://{host}{port}"


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
