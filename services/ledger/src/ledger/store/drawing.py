"""Which redeem codes a command may draw: those that there are already have to be known (R46).

It is a guess from the card as it stands before the batch. Where it falls short, a code that is taken cannot be written:
then the batch is cut until the command stands alone, and for a command alone the guess holds.
"""

from ledger.domain.card import Card
from ledger.domain.codes import candidates
from ledger.domain.tenant import Tenant
from ledger.store.asking import Asked
from stampbook_events import ledger as told
from stampbook_messaging.messages import Received

SPARE = 4
"""So many of the drawn ones may be taken already."""
_SMALLEST = 2
_ALWAYS = frozenset(
    {
        told.HoldReward,
        told.UseCode,
        told.VoidOperation,
        told.RefundPurchase,
        told.ReplaceCard,
        told.MergeCards,
        told.LowerCycle,
        told.GrantBirthday,
    }
)
_FIRST: frozenset[type] = frozenset((told.EarnPoints, told.GiveStamps))
_OTHERWISE = frozenset({told.UnfreezeCard, told.ConfirmAddress, told.OpenCard})


def ask_for_codes(asked: Asked, tenant: Tenant, received: Received, card: Card) -> None:
    count = drawn_at_most(asked, tenant, received, card)
    if count:
        for code in candidates(received.envelope, count + SPARE):
            asked.ask("codes", tenant.merchant, code)


def drawn_at_most(asked: Asked, tenant: Tenant, received: Received, card: Card) -> int:
    """How many rewards *received* may unlock or set aside on *card*, or renew the codes of."""
    command, kind = received.command, type(received.command)
    arriving = asked.stamps.get((tenant.merchant, card.card_id), 0) + _promised(tenant, kind, card)
    if not arriving and not card.unlocked and kind in _FIRST:
        return 0
    if kind is told.AdjustStamps:
        arriving += max(0, command.stamps)
    elif kind is told.GrantBirthday:
        arriving += birthday_stamps(tenant, card)
    filled = (card.count + arriving) // _smallest_target(tenant, card) if arriving else 0
    waiting = [one for one in card.unlocked.values() if one.state == "open"]
    if kind in _ALWAYS:
        return 1 + filled + card.count // _SMALLEST + len(waiting) + len(card.open_holds())
    due = any(one.expires_at is not None and one.expires_at <= received.recorded_at for one in waiting)
    return filled + (len(waiting) if due else 0)


def _promised(tenant: Tenant, kind: type, card: Card) -> int:
    """Stamps of a welcome bonus that a command of that *kind* may pay (R25)."""
    promise = card.promise
    if promise is None or not promise.stamps or card.customer_id in tenant.welcomed:
        return 0
    if kind in _FIRST:
        return promise.stamps if promise.timing == "first_purchase" else 0
    return promise.stamps if kind in _OTHERWISE else 0


def birthday_stamps(tenant: Tenant, card: Card) -> int:
    program = tenant.programs.get(card.program_id)
    versions = program.versions if program else []
    bonuses = (version.terms.rules.birthday for version in versions)
    return max((bonus.stamps for bonus in bonuses if bonus is not None), default=0)


def _smallest_target(tenant: Tenant, card: Card) -> int:
    program = tenant.programs.get(card.program_id)
    targets = [version.terms.stamp_target for version in program.versions] if program else []
    return min((target for target in (card.target, *targets) if target), default=_SMALLEST)
