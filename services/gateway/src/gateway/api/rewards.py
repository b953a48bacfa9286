"""``/v1/cards/{card_id}/reservations``, ``…/redemptions`` and ``/v1/codes``: rewards are held, captured, handed over."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath, FromQuery, JSONBody

from gateway.api.bodies import (
    CaptureReservationBody,
    HoldRewardBody,
    RedeemRewardBody,
    ReleaseReservationBody,
    UseCodeBody,
)
from gateway.api.context import Asked, principal_in
from gateway.api.telling import channel_of, in_time, store_of, terminal_of, till_store
from gateway.api.writing import CommandOutcome, Write, write
from gateway.authorizer import own_tenant
from gateway.problems import FieldProblem, Refused
from stampbook_events.ledger import CaptureReservation, HoldReward, RedeemReward, ReleaseReservation, UseCode


@post(
    "/v1/cards/{card_id:uuid}/reservations",
    operation_id="hold_reward",
    summary="Set points aside for a reward",
    status_code=200,
)
async def hold_reward(
    request: Asked, card_id: FromPath[UUID], data: JSONBody[HoldRewardBody], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """Ends by itself: soon for one at the till, later for one online. The result holds the redeem code."""
    asking = principal_in(request)
    of = own_tenant(asking, "hold_reward", merchant)
    store_id = till_store(request, asking, data.store_id)
    command = HoldReward(
        card_id=card_id,
        reward_id=data.reward_id,
        quantity=data.quantity,
        store_id=store_id,
        channel=channel_of(asking, data.channel),
        card_number=data.card_number,
        by_ticket=data.by_ticket,
    )
    doing = Write(
        command=command,
        merchant=of,
        route="POST /v1/cards/{card_id}/reservations",
        store_id=store_id,
        keys=(card_id,),
        not_after=in_time(request),
    )
    return await write(request, asking, doing)


@post(
    "/v1/cards/{card_id:uuid}/reservations/{reservation_id:uuid}/capture",
    operation_id="capture_reservation",
    summary="Hand over what a reservation holds",
    status_code=200,
)
async def capture_reservation(
    request: Asked,
    card_id: FromPath[UUID],
    reservation_id: FromPath[UUID],
    data: JSONBody[CaptureReservationBody],
    merchant: FromQuery[UUID | None] = None,
) -> Response[CommandOutcome]:
    """Once, and before its end. Fewer than are held may be captured: the rest is released in the same step."""
    asking = principal_in(request)
    of = own_tenant(asking, "capture_reservation", merchant)
    store_id = till_store(request, asking, data.store_id)
    command = CaptureReservation(
        card_id=card_id,
        reservation_id=reservation_id,
        quantity=data.quantity,
        receipt=data.receipt,
        store_id=store_id,
        channel=channel_of(asking, data.channel),
        card_number=data.card_number,
        by_ticket=data.by_ticket,
    )
    doing = Write(
        command=command,
        merchant=of,
        route="POST /v1/cards/{card_id}/reservations/{reservation_id}/capture",
        store_id=store_id,
        keys=(card_id,),
        not_after=in_time(request),
    )
    return await write(request, asking, doing)


@post(
    "/v1/cards/{card_id:uuid}/reservations/{reservation_id:uuid}/release",
    operation_id="release_reservation",
    summary="Give a reservation up",
    status_code=200,
)
async def release_reservation(
    request: Asked,
    card_id: FromPath[UUID],
    reservation_id: FromPath[UUID],
    data: JSONBody[ReleaseReservationBody],
    merchant: FromQuery[UUID | None] = None,
) -> Response[CommandOutcome]:
    """The points are free again, on a card in any state."""
    asking = principal_in(request)
    of = own_tenant(asking, "release_reservation", merchant)
    store_id = store_of(request, asking, data.store_id)
    command = ReleaseReservation(
        card_id=card_id,
        reservation_id=reservation_id,
        store_id=store_id,
        channel=channel_of(asking, None),
    )
    doing = Write(
        command=command,
        merchant=of,
        route="POST /v1/cards/{card_id}/reservations/{reservation_id}/release",
        store_id=store_id,
        keys=(card_id,),
    )
    return await write(request, asking, doing)


@post(
    "/v1/cards/{card_id:uuid}/redemptions",
    operation_id="redeem_reward",
    summary="Spend points for a reward at hand-over",
    status_code=200,
)
async def redeem_reward(
    request: Asked, card_id: FromPath[UUID], data: JSONBody[RedeemRewardBody], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """Hold and capture in one. What was handed over offline comes with its time and cannot come too late."""
    asking = principal_in(request)
    of = own_tenant(asking, "redeem_reward", merchant)
    store_id, channel = till_store(request, asking, data.store_id), channel_of(asking, data.channel)
    if channel != "offline" and data.occurred_at is not None:
        raise Refused("form_refused", errors=(FieldProblem(pointer="/occurred_at", code="offline_only"),))
    command = RedeemReward(
        card_id=card_id,
        reward_id=data.reward_id,
        quantity=data.quantity,
        receipt=data.receipt,
        store_id=store_id,
        channel=channel,
        terminal=terminal_of(channel, data.terminal, data.occurred_at),
        card_number=data.card_number,
        by_ticket=data.by_ticket,
    )
    doing = Write(
        command=command,
        merchant=of,
        route="POST /v1/cards/{card_id}/redemptions",
        store_id=store_id,
        keys=(card_id,),
        occurred_at=data.occurred_at,
        not_after=None if channel == "offline" else in_time(request),
    )
    return await write(request, asking, doing)


@post("/v1/codes/use", operation_id="use_code", summary="Hand over what a redeem code stands for", status_code=200)
async def use_code(
    request: Asked, data: JSONBody[UseCodeBody], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """An unlocked reward, or all that a reservation holds. Of two tills at once the first one has it."""
    asking = principal_in(request)
    of = own_tenant(asking, "use_code", merchant)
    store_id = till_store(request, asking, data.store_id)
    command = UseCode(code=data.code, receipt=data.receipt, store_id=store_id, channel=channel_of(asking, data.channel))
    doing = Write(
        command=command,
        merchant=of,
        route="POST /v1/codes/use",
        store_id=store_id,
        not_after=in_time(request),
    )
    return await write(request, asking, doing)


HANDLERS = (hold_reward, capture_reservation, release_reservation, redeem_reward, use_code)
