"""How a real mail server and a real wallet account are named."""

from pathlib import Path

import pytest

from stampbook_cli.embedded.conditions import UnusableSetting
from stampbook_cli.embedded.outside import Outside


def chosen(smtp: str | None = None, wallet: str | None = None, **environ: str) -> Outside:
    return Outside.choose(smtp=smtp, wallet=wallet, environ=environ)


def test_nobody_named_means_the_stand_ins() -> None:
    assert chosen() == Outside(mail_server=None, wallet_account=None)


def test_a_mail_server_is_told_in_one_word() -> None:
    server = chosen(
        "mail.shop.lu:2525?mode=tls&from=hello@shop.lu&username=hello&password_file=/run/password"
    ).mail_server
    assert server is not None
    assert server.variables == {
        "STAMPBOOK_SMTP_HOST": "mail.shop.lu",
        "STAMPBOOK_SMTP_PORT": "2525",
        "STAMPBOOK_SMTP_MODE": "tls",
        "STAMPBOOK_SMTP_FROM_ADDRESS": "hello@shop.lu",
        "STAMPBOOK_SMTP_USERNAME": "hello",
        "STAMPBOOK_SMTP_PASSWORD_FILE": "/run/password",
    }


@pytest.mark.parametrize(
    ("smtp", "complaint"),
    [
        ("?from=a@shop.lu", "no mail server"),
        ("mail.shop.lu", "sender"),
        ("mail.shop.lu?from=a@shop.lu&mode=plain", "mode is one of"),
        ("mail.shop.lu?from=a@shop.lu&pasword_file=x", "unknown mail option pasword_file"),
        ("mail.shop.lu:many?from=a@shop.lu", "no mail server"),
    ],
)
def test_a_mail_server_that_cannot_be_meant_is_refused(smtp: str, complaint: str) -> None:
    with pytest.raises(UnusableSetting, match=complaint):
        chosen(smtp)


def test_the_environment_names_a_mail_server_too() -> None:
    server = chosen(STAMPBOOK_SMTP_HOST="mail.shop.lu", STAMPBOOK_SMTP_MODE="tls", OTHER="x").mail_server
    assert server is not None
    assert server.variables == {"STAMPBOOK_SMTP_HOST": "mail.shop.lu", "STAMPBOOK_SMTP_MODE": "tls"}


def test_half_a_mail_server_in_the_environment_is_refused() -> None:
    with pytest.raises(UnusableSetting, match="STAMPBOOK_SMTP_MODE without"):
        chosen(STAMPBOOK_SMTP_MODE="tls")


def test_a_wallet_account_is_a_file_and_a_number(tmp_path: Path) -> None:
    file = tmp_path / "account.json"
    file.write_text("{}")
    account = chosen(wallet=f"{file},3388000000012345678").wallet_account
    assert account is not None
    assert account.variables["STAMPBOOK_WALLET_ISSUER_ID"] == "3388000000012345678"


@pytest.mark.parametrize("wallet", ["/nowhere.json,338800", "3388000000012345678", "/nowhere.json,issuer"])
def test_a_wallet_account_that_cannot_be_meant_is_refused(wallet: str) -> None:
    with pytest.raises(UnusableSetting, match="no wallet account"):
        chosen(wallet=wallet)
