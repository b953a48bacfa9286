"""Where a running stack is found: pages, API, inbox, wallet, servers."""

from stampbook_cli.embedded.ports import LOOPBACK
from stampbook_cli.embedded.services import Parts


def addresses(parts: Parts) -> dict[str, str]:
    port = parts.ports["gateway"]
    urls = {
        "storefront": f"http://{{subdomain}}.localhost:{port}",
        "api": f"http://localhost:{port}/v1",
        "openapi": f"http://localhost:{port}/openapi.json",
    }
    if parts.outside.mail_server is None:
        urls["inbox"] = f"http://localhost:{parts.ports['inbox-http']}"
        urls["inbox_smtp"] = f"smtp://{LOOPBACK}:{parts.ports['inbox-smtp']}"
    if parts.outside.wallet_account is None:
        urls["wallet"] = f"http://localhost:{parts.ports['wallet-emulator']}"
    return {
        **urls,
        "nats": parts.nats.url,
        "nats_monitoring": f"http://{LOOPBACK}:{parts.nats.monitoring_port}",
        "postgres": f"postgresql://{LOOPBACK}:{parts.postgres.port}/stampbook",
    }
