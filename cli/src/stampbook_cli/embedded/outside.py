"""The parties outside Stampbook, mail server and wallet: the local stand-ins, or the real ones that were named."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from stampbook_cli.embedded.conditions import UnusableSetting

MODES = ("starttls", "tls", "none")
_SMTP_OPTIONS = {"mode", "username", "password_file", "from", "from_name", "reply_to"}
_DEFAULT_PORT = 587


@dataclass(frozen=True, slots=True)
class MailServer:
    """A real mail server, as the variables that the notifier reads."""

    variables: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> "MailServer":
        """Read `host:port?mode=starttls&from=address&username=…&password_file=…`."""
        parts = urlsplit(f"//{text}")
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if not parts.hostname or not (parts.netloc.rpartition(":")[2].isdecimal() or ":" not in parts.netloc):
            raise UnusableSetting(f"no mail server in {text!r}: host:port?mode=starttls&from=address")
        if unknown := sorted(options.keys() - _SMTP_OPTIONS):
            raise UnusableSetting(
                f"unknown mail option {', '.join(unknown)}; there are {', '.join(sorted(_SMTP_OPTIONS))}"
            )
        if options.setdefault("mode", "starttls") not in MODES:
            raise UnusableSetting(f"mode is one of {', '.join(MODES)}, not {options['mode']!r}")
        if "from" not in options:
            raise UnusableSetting("a real mail server needs a sender: add from=address")
        options["from_address"] = options.pop("from")
        if "password_file" in options:
            options["password_file"] = str(Path(options["password_file"]).expanduser().absolute())
        variables = {f"STAMPBOOK_SMTP_{name.upper()}": value for name, value in options.items()}
        port = str(parts.port or _DEFAULT_PORT)
        return cls({"STAMPBOOK_SMTP_HOST": parts.hostname, "STAMPBOOK_SMTP_PORT": port, **variables})


@dataclass(frozen=True, slots=True)
class WalletAccount:
    """A real Google Wallet issuer account."""

    credentials_file: Path
    issuer_id: str

    @classmethod
    def parse(cls, text: str) -> "WalletAccount":
        """Read `credentials.json,issuer id`."""
        file, _, issuer_id = text.rpartition(",")
        path = Path(file).expanduser().absolute()
        if not issuer_id.isdecimal() or not path.is_file():
            raise UnusableSetting(
                f"no wallet account in {text!r}: an existing credentials.json, a comma, the issuer's number"
            )
        return cls(path, issuer_id)

    @property
    def variables(self) -> dict[str, str]:
        return {
            "STAMPBOOK_WALLET_CREDENTIALS_FILE": str(self.credentials_file),
            "STAMPBOOK_WALLET_ISSUER_ID": self.issuer_id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Whom the notifier and wallet-sync talk to; nobody named means the stand-in on this machine."""

    mail_server: MailServer | None = None
    wallet_account: WalletAccount | None = None

    @classmethod
    def choose(cls, *, smtp: str | None, wallet: str | None, environ: Mapping[str, str]) -> "Outside":
        """What the command line says, else what the environment says, else the stand-ins."""
        mail_server = MailServer.parse(smtp) if smtp else _mail_server_of(environ)
        account = WalletAccount.parse(wallet) if wallet else _wallet_account_of(environ)
        return cls(mail_server=mail_server, wallet_account=account)


def _mail_server_of(environ: Mapping[str, str]) -> MailServer | None:
    variables = {name: value for name, value in environ.items() if name.startswith("STAMPBOOK_SMTP_")}
    if "STAMPBOOK_SMTP_HOST" in variables:
        return MailServer(variables)
    if variables:
        raise UnusableSetting(
            f"{', '.join(sorted(variables))} without STAMPBOOK_SMTP_HOST: which mail server is meant?"
        )
    return None


def _wallet_account_of(environ: Mapping[str, str]) -> WalletAccount | None:
    file = environ.get("STAMPBOOK_WALLET_CREDENTIALS_FILE")
    issuer_id = environ.get("STAMPBOOK_WALLET_ISSUER_ID")
    if file and issuer_id:
        return WalletAccount.parse(f"{file},{issuer_id}")
    if file or issuer_id:
        raise UnusableSetting("STAMPBOOK_WALLET_CREDENTIALS_FILE and STAMPBOOK_WALLET_ISSUER_ID belong together")
    return None
