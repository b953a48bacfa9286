"""Whom limits are counted by."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

IPV6_PREFIX = 64
"""Whoever has one address of such a network has them all."""


def counted_address(scope: Any) -> str:
    """The peer as the socket knows it; X-Forwarded-For can be written by anybody and is not read."""
    client = scope.get("client")
    if not client:
        return "unknown"
    try:
        address = ip_address(client[0])
    except ValueError:
        return str(client[0])
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((address, IPV6_PREFIX), strict=False).network_address)
    return str(address)
