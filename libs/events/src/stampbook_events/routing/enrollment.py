"""Who reacts to what enrollment records."""

import msgspec

from stampbook_events.enrollment import (
    BirthdayChanged,
    BirthdayConsentChanged,
    CustomerEnrolled,
    CustomerRecognised,
    CustomerRefused,
    EmailConfirmed,
    EnrollmentRefused,
    JoinFormChanged,
    KeyChanged,
    MerchantRegistered,
    PlatformInitialised,
    SetupRefused,
    StoreChanged,
)
from stampbook_events.routing.verdicts import REFUSED, SETUP, Handled, Ignored, Route

_OWN = Ignored("enrollment alone knows dates of birth, and sends what is due by them")
_NO_PASS_YET = Ignored("the pass follows the card, and the ledger tells of that")

ENROLLMENT_ROUTES: dict[type[msgspec.Struct], Route] = {
    PlatformInitialised: Route(public=False, to={"ledger": SETUP, "notifier": SETUP, "wallet": SETUP}),
    MerchantRegistered: Route(public=False, to={"ledger": SETUP, "notifier": Handled(), "wallet": Handled()}),
    StoreChanged: Route(public=True, to={"ledger": Handled(), "notifier": Handled(), "wallet": Handled()}),
    JoinFormChanged: Route(public=False, to={"ledger": SETUP, "notifier": SETUP, "wallet": SETUP}),
    KeyChanged: Route(public=False, to={"ledger": SETUP, "notifier": SETUP, "wallet": SETUP}),
    CustomerEnrolled: Route(
        public=True,
        to={
            "ledger": Handled(("command:open_card",)),
            "notifier": Handled(),  # learns language and whether there is an address; the mail waits for the card
            "wallet": _NO_PASS_YET,
        },
    ),
    CustomerRecognised: Route(
        public=True,
        to={
            "ledger": Handled(("command:link_store",)),
            "notifier": Handled(("mail:card_link",)),
            "wallet": _NO_PASS_YET,
        },
    ),
    BirthdayConsentChanged: Route(public=False, to={"ledger": _OWN, "notifier": _OWN, "wallet": _OWN}),
    BirthdayChanged: Route(public=False, to={"ledger": _OWN, "notifier": _OWN, "wallet": _OWN}),
    EmailConfirmed: Route(
        public=False,
        to={
            "ledger": Handled(("command:confirm_address",)),
            "notifier": Ignored("the customer has just confirmed it"),
            "wallet": Ignored("a pass does not show it"),
        },
    ),
    EnrollmentRefused: Route(public=False, to={"ledger": REFUSED, "notifier": REFUSED, "wallet": REFUSED}),
    CustomerRefused: Route(public=False, to={"ledger": REFUSED, "notifier": REFUSED, "wallet": REFUSED}),
    SetupRefused: Route(public=False, to={"ledger": REFUSED, "notifier": REFUSED, "wallet": REFUSED}),
}
