"""Seals over the logs: nothing that is shown or reacted to changes by them."""

import msgspec

from stampbook_events.routing.verdicts import Declared, Ignored, Route
from stampbook_events.seals import EnrollmentLogSealed, LedgerLogSealed, NotifierLogSealed, WalletLogSealed

_SEALED = Ignored("a seal changes nothing that is shown or reacted to")
_SEAL_MAIL = Declared(("mail:log_sealed",), "the platform's owner has no address and the mail no text yet")

SEAL_ROUTES: dict[type[msgspec.Struct], Route] = {
    EnrollmentLogSealed: Route(public=False, to={"ledger": _SEALED, "notifier": _SEAL_MAIL, "wallet": _SEALED}),
    LedgerLogSealed: Route(public=False, to={"notifier": _SEAL_MAIL, "wallet": _SEALED}),
    NotifierLogSealed: Route(public=False, to={}),
    WalletLogSealed: Route(public=False, to={}),
}
