"""Choose ports on the loopback address that nobody listens on."""

import secrets
import socket

LOOPBACK = "127.0.0.1"
# Below the range from which the kernel serves outgoing connections: those would take a remembered port now and then.
LOWEST, HIGHEST = 20_000, 32_000


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: a port that only waits for old connections to fade is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def free_port(taken: frozenset[int] = frozenset()) -> int:
    while True:
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        if port not in taken and is_free(port):
            return port


def choose_ports(names: tuple[str, ...], wanted: dict[str, int]) -> dict[str, int]:
    """Give each name the port it wants while nobody else listens there, and another one otherwise."""
    chosen: dict[str, int] = {}
    for name in names:
        taken = frozenset(chosen.values())
        port = wanted.get(name)
        chosen[name] = port if port is not None and port not in taken and is_free(port) else free_port(taken)
    return chosen
