"""What can be checked about the wallet sync: its statements at start-up, its passes in the audit."""

from operator import itemgetter
from typing import Any

from stampbook_events.registry import tag_of
from stampbook_events.routing import demanding
from stampbook_messaging.log_checks import Check, rows, side_by_side
from wallet_sync import links
from wallet_sync.store import passes, sources


def statements() -> list[str]:
    """Every statement of this service; each is prepared once before it is ready."""
    return [
        text
        for module in (passes, sources, links)
        for name, text in vars(module).items()
        if name.startswith("_") and isinstance(text, str) and not name.startswith("__")
    ]


_BEHIND = """
SELECT card_id, wanted, acknowledged FROM pass WHERE acknowledged < wanted AND NOT EXISTS (
  SELECT 1 FROM delivery d WHERE d.merchant = pass.merchant AND d.recipient = pass.card_id AND d.channel = 'pass'
  AND d.state IN ('pending', 'claimed', 'sending', 'retrying'))
"""
_DOUBLED = """
SELECT recipient, count(*) AS n FROM delivery WHERE channel = 'pass' GROUP BY merchant, recipient HAVING count(*) > 1
"""
_KEPT = """
SELECT merchant, card_id, points, stamps, stamp_target, card_number, state, wanted FROM pass ORDER BY merchant, card_id
"""
_CARDS = """
SELECT e.merchant, e.card_id, e.version, c.card_id IS NOT NULL AS there, c.balance, c.stamps, c.number, c.state
FROM (SELECT merchant, aggregate AS card_id, max(version) AS version FROM event WHERE type = ANY($1::text[])
      GROUP BY merchant, aggregate) e
LEFT JOIN card c USING (merchant, card_id) ORDER BY e.merchant, e.card_id
"""
_PASS_TYPES = [tag_of(kind) for kind in demanding("pass:card", "wallet")]


async def check_passes(db: Any, ledger_db: Any) -> Check:
    """Every pass is acknowledged or on its way, wants at least what the ledger has recorded, and says what it says."""
    check = Check(name="wallet.passes_converge")
    for row in await db.fetch(_BEHIND):
        check.blame(f"pass of card {row['card_id']}: {row['acknowledged']} of {row['wanted']} and nobody is at it")
    for row in await db.fetch(_DOUBLED):
        check.blame(f"pass of card {row['recipient']}: {row['n']} deliveries")
    cards = rows(ledger_db, _CARDS, _PASS_TYPES)
    async with side_by_side(cards, rows(db, _KEPT), itemgetter("merchant", "card_id")) as pairs:
        async for card, found in pairs:
            if card is None:
                continue
            check.counted += 1
            wanted = 0 if found is None else found["wanted"]
            if wanted < card["version"]:
                check.blame(f"card {card['card_id']}: version {card['version']} recorded, {wanted} wanted")
            elif found is not None and card["there"] and wanted == card["version"]:
                _compare(check, found, card)
    return check


def _compare(check: Check, kept: Any, card: Any) -> None:
    """A pass that wants the card's newest version is as the card is; stamps only where there is a stamp card."""
    stamps = card["stamps"] if kept["stamp_target"] is not None else kept["stamps"]
    if (kept["points"], kept["stamps"]) != (card["balance"], stamps):
        check.blame(
            f"pass of card {kept['card_id']}: {kept['points']} points and {kept['stamps']} stamps,"
            f" the card has {card['balance']} and {card['stamps']}"
        )
    if kept["state"] != card["state"]:
        check.blame(f"pass of card {kept['card_id']}: {kept['state']}, the card is {card['state']}")
    if kept["card_number"] != card["number"]:
        check.blame(f"pass of card {kept['card_id']}: another number than the card's")
