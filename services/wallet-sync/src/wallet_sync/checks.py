"""What can be checked about the wallet sync: its statements at start-up, its passes in the audit."""

from typing import Any

from stampbook_events.registry import tag_of
from stampbook_events.routing import demanding
from stampbook_messaging.log_checks import Check
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
_KEPT = "SELECT merchant, card_id, points, stamps, stamp_target, card_number, state, wanted FROM pass"
_CARDS = "SELECT merchant, card_id, balance, stamps, number, state FROM card"
_LATEST = """
SELECT merchant, aggregate, max(version) AS version FROM event WHERE type = ANY($1::text[])
GROUP BY merchant, aggregate
"""
_PASS_TYPES = [tag_of(kind) for kind in demanding("pass:card", "wallet")]


async def check_passes(db: Any, ledger_db: Any) -> Check:
    """Every pass is acknowledged or on its way, wants at least what the ledger has recorded, and says what it says."""
    check = Check(name="wallet.passes_converge")
    for row in await db.fetch(_BEHIND):
        check.blame(f"pass of card {row['card_id']}: {row['acknowledged']} of {row['wanted']} and nobody is at it")
    for row in await db.fetch(_DOUBLED):
        check.blame(f"pass of card {row['recipient']}: {row['n']} deliveries")
    kept = {(row["merchant"], row["card_id"]): row for row in await db.fetch(_KEPT)}
    cards = {(row["merchant"], row["card_id"]): row for row in await ledger_db.fetch(_CARDS)}
    for row in await ledger_db.fetch(_LATEST, _PASS_TYPES):
        check.counted += 1
        key = row["merchant"], row["aggregate"]
        found, card = kept.get(key), cards.get(key)
        wanted = 0 if found is None else found["wanted"]
        if wanted < row["version"]:
            check.blame(f"card {row['aggregate']}: version {row['version']} recorded, {wanted} wanted")
        elif found is not None and card is not None and wanted == row["version"]:
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
