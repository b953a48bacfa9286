"""The one place that puts the wallet sync together."""

from __future__ import annotations

from stampbook_messaging.service import Runtime, Service
from wallet_sync.checks import statements
from wallet_sync.consumer import PassEvents
from wallet_sync.google_wallet import GoogleWallet, TokenBucket
from wallet_sync.links import AskSaveLink, AskSaveTarget, Links
from wallet_sync.pass_channel import PassChannel
from wallet_sync.settings import Settings

DEFAULT_LOGO = "/static/pass-logo.png"


async def build(settings: Settings, runtime: Runtime) -> Service:
    wallet = GoogleWallet(
        credentials_file=settings.credentials_file,
        issuer_id=settings.issuer_id,
        api_url=settings.api_url,
        save_url=settings.save_url,
        origins=[settings.messaging.public_url],
        bucket=TokenBucket(runtime.clock, settings.calls_per_second),
    )
    links = Links(pool=runtime.pool, clock=runtime.clock, wallet=wallet, access=settings.access)
    channel = PassChannel(
        pool=runtime.pool,
        queries=runtime.queries,
        wallet=wallet,
        default_logo=settings.messaging.public_url + DEFAULT_LOGO,
    )

    async def credentials() -> str | None:
        return wallet.complaint()

    return Service(
        package="wallet_sync",
        reacting=PassEvents(),
        channels=(channel,),
        answers={"save_link": (AskSaveLink, links.save_link), "save_target": (AskSaveTarget, links.save_target)},
        statements=statements(),
        checks=(("wallet_credentials", credentials),),
    )
