"""The inbox starts only where it was told to, and only on this computer."""

import pytest

from stampbook_cli.inbox.serving import NotLoopback, loopback_address
from stampbook_cli.inbox.settings import Settings, SettingsMissing


def test_everything_missing_is_told_at_once() -> None:
    with pytest.raises(SettingsMissing, match=r"SMTP_ADDRESS, .*HTTP_ADDRESS, .*DIRECTORY"):
        Settings.from_env({})


@pytest.mark.parametrize(
    "text", ["0.0.0.0:25", "mail.example:25", "192.168.1.1:25", "127.0.0.1", "127.0.0.1:70000", ":25"]
)
def test_only_a_loopback_address_is_listened_on(text: str) -> None:
    with pytest.raises(NotLoopback):
        loopback_address(text)


@pytest.mark.parametrize(("text", "address"), [("127.0.0.1:0", ("127.0.0.1", 0)), ("[::1]:25", ("::1", 25))])
def test_a_loopback_address_is_read(text: str, address: tuple[str, int]) -> None:
    assert loopback_address(text) == address
