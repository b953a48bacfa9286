"""From events to what a page shows."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.map import Shop
from gateway.pages.settings import CardView, Programme, StoreView
from gateway.questions import LedgerCard, Program


def store_view(shop: Shop, now: datetime) -> StoreView:
    store, form = shop.store, shop.form
    return StoreView(
        name=store.name,
        subdomain=store.subdomain,
        merchant_name=shop.merchant.name,
        default_language=store.default_language,
        currency=store.currency,
        programme=programme_of(shop.program, store.currency),
        accent=store.accent,
        logo_url=store.logo_url,
        has_catalog=store.has_catalog,
        joinable=shop.open_at(now),
        taglines=store.taglines,
        descriptions=store.descriptions,
        terms=form.terms if form is not None else {},
        privacy=form.privacy if form is not None else {},
    )


def programme_of(program: Program | None, currency: str) -> Programme:
    """What the program gives in this store's currency; nothing before the first version is published."""
    if program is None:
        return Programme()
    rate = program.rates.get(currency)
    return Programme(
        points_per_unit=rate.points if rate is not None else None,
        unit_minor=rate.per_minor if rate is not None else 100,
        welcome_points=program.welcome_points,
        stamp_target=program.stamp_target,
    )


def card_view(shop: Shop, card: LedgerCard, wallet_url: str | None) -> CardView:
    """Points are shown where the program has some, or where a card still holds some of an older program."""
    programme = programme_of(shop.program, shop.store.currency)
    with_points = bool(programme.points_per_unit or programme.welcome_points or card.balance)
    return CardView(
        number=card.card_number,
        points=card.balance if with_points else None,
        stamps=card.stamps if card.stamp_target else None,
        stamp_target=card.stamp_target,
        wallet_url=wallet_url,
    )


def in_zone(moment: datetime, shop: Shop) -> datetime:
    return moment.astimezone(ZoneInfo(shop.store.time_zone))
