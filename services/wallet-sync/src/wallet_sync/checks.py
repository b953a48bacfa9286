"""What can be checked about the wallet sync: its statements at start-up, its passes in the audit."""

from typing import Any

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
_LATEST = """
SELECT aggregate, max(version) AS version FROM event WHERE type = ANY($1::text[]) GROUP BY aggregate
"""
_PASS_TYPES = [
    "ledger.card_opened.v1",
    "ledger.welcome_bonus_granted.v1",
    "ledger.points_earned.v1",
    "ledger.stamps_earned.v1",
]


async def check_passes(db: Any, ledger_db: Any) -> Check:
    """Every pass is acknowledged or on its way, and wants at least what the ledger has recorded."""
    check = Check(name="wallet.passes_converge")
    for row in await db.fetch(_BEHIND):
        check.blame(f"pass of card {row['card_id']}: {row['acknowledged']} of {row['wanted']} and nobody is at it")
    wanted = {row["card_id"]: row["wanted"] for row in await db.fetch("SELECT card_id, wanted FROM pass")}
    for row in await ledger_db.fetch(_LATEST, _PASS_TYPES):
        check.counted += 1
        if wanted.get(row["aggregate"], 0) < row["version"]:
            check.blame(
                f"card {row['aggregate']}: version {row['version']} recorded, {wanted.get(row['aggregate'])} wanted"
            )
    return check
