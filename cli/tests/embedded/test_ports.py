"""Ports are remembered, and given up when somebody else has taken them."""

import socket

from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.ports import choose_ports, free_port, is_free
from stampbook_cli.embedded.settings import PORT_NAMES, SERVICE_NAMES, remember_ports


def test_a_port_somebody_listens_on_is_not_free() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert not is_free(port)
    assert is_free(port)


def test_a_port_taken_meanwhile_is_replaced_and_the_others_stay() -> None:
    wanted = choose_ports(("one", "two"), {})
    with socket.create_server(("127.0.0.1", wanted["one"])):
        chosen = choose_ports(("one", "two"), wanted)
    assert chosen["two"] == wanted["two"]
    assert chosen["one"] != wanted["one"]


def test_no_two_names_get_the_same_port() -> None:
    port = free_port()
    assert len(set(choose_ports(("one", "two", "three"), {"one": port, "two": port}).values())) == 3


def test_the_ports_of_last_time_come_back(directory: DataDirectory) -> None:
    directory.make()
    first = remember_ports(directory)
    assert set(first) == {*PORT_NAMES, *(f"{name}-health" for name in SERVICE_NAMES)}
    assert remember_ports(directory) == first


def test_every_process_has_a_health_port_that_it_keeps(directory: DataDirectory) -> None:
    directory.make()
    first = remember_ports(directory, ["ledger", "ledger-2"])
    remember_ports(directory, ["ledger"])
    assert remember_ports(directory, ["ledger", "ledger-2"]) == first
    assert first["ledger-health"] != first["ledger-2-health"]
