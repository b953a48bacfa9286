"""Choose ports on the loopback address that nobody listens on."""

import socket

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: a port that only waits for old connections to fade is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(taken: frozenset[int] = frozenset()) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port


def keep_or_choose(remembered: int | None, taken: frozenset[int] = frozenset()) -> int:
    """Return the port of last time while it is still free, another one otherwise."""
    if remembered is not None and remembered not in taken and is_free(remembered):
        return remembered
    return free_port(taken)
