"""Who reacts to which event: handled with which kinds, or ignored with a reason. A test walks the whole table."""

from dataclasses import dataclass

import msgspec

from stampbook_events import enrollment, ledger, notifier, wallet
from stampbook_events.registry import tag_of


@dataclass(frozen=True, slots=True)
class Handled:
    """*demands*: the deliveries one event asks for, as ``channel:kind``; none for a projection that only learns."""

    demands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ignored:
    reason: str


Verdict = Handled | Ignored

CONSUMERS: dict[str, tuple[str, ...]] = {
    "ledger": ("enrollment",),
    "notifier": ("enrollment", "ledger"),
    "wallet": ("enrollment", "ledger"),
}
"""Which logs each consumer reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """*public*: a merchant's read-only credential may see it. *to*: every consumer of the owner's log, none left out."""

    public: bool
    to: dict[str, Verdict]


_SETUP = Ignored("set-up: nobody has to be told")
_REFUSED = Ignored("a refusal changes nothing and its caller has the answer")
_NO_PASS_YET = Ignored("the pass follows the card, and the ledger tells of that")

ROUTES: dict[type[msgspec.Struct], Route] = {
    enrollment.PlatformInitialised: Route(public=False, to={"ledger": _SETUP, "notifier": _SETUP, "wallet": _SETUP}),
    enrollment.MerchantRegistered: Route(
        public=False, to={"ledger": _SETUP, "notifier": Handled(), "wallet": Handled()}
    ),
    enrollment.StoreChanged: Route(public=True, to={"ledger": Handled(), "notifier": Handled(), "wallet": Handled()}),
    enrollment.JoinFormChanged: Route(public=False, to={"ledger": _SETUP, "notifier": _SETUP, "wallet": _SETUP}),
    enrollment.KeyChanged: Route(public=False, to={"ledger": _SETUP, "notifier": _SETUP, "wallet": _SETUP}),
    enrollment.CustomerEnrolled: Route(
        public=True,
        to={
            "ledger": Handled(("command:open_card",)),
            "notifier": Handled(),  # learns language and whether there is an address; the mail waits for the card
            "wallet": _NO_PASS_YET,
        },
    ),
    enrollment.CustomerRecognised: Route(
        public=True,
        to={
            "ledger": Handled(("command:link_store",)),
            "notifier": Handled(("mail:card_link",)),
            "wallet": _NO_PASS_YET,
        },
    ),
    enrollment.EnrollmentRefused: Route(
        public=False, to={"ledger": _REFUSED, "notifier": _REFUSED, "wallet": _REFUSED}
    ),
    enrollment.SetupRefused: Route(public=False, to={"ledger": _REFUSED, "notifier": _REFUSED, "wallet": _REFUSED}),
    ledger.ProgramPublished: Route(public=True, to={"notifier": Handled(), "wallet": Handled()}),
    ledger.CardOpened: Route(
        public=True, to={"notifier": Handled(("mail:enrollment",)), "wallet": Handled(("pass:card",))}
    ),
    ledger.WelcomeBonusGranted: Route(
        public=True, to={"notifier": Handled(("mail:welcome_bonus",)), "wallet": Handled(("pass:card",))}
    ),
    ledger.StoreLinked: Route(
        public=True,
        to={
            "notifier": Ignored("the card-link mail goes out for the recognition itself"),
            "wallet": Ignored("a pass does not list stores"),
        },
    ),
    ledger.PointsEarned: Route(
        public=True,
        to={"notifier": Ignored("the customer stands at the till and sees it"), "wallet": Handled(("pass:card",))},
    ),
    ledger.StampsEarned: Route(
        public=True,
        to={"notifier": Ignored("the customer stands at the till and sees it"), "wallet": Handled(("pass:card",))},
    ),
    ledger.EarningRefused: Route(public=True, to={"notifier": _REFUSED, "wallet": _REFUSED}),
    ledger.StampsRefused: Route(public=True, to={"notifier": _REFUSED, "wallet": _REFUSED}),
    ledger.CardRefused: Route(public=False, to={"notifier": _REFUSED, "wallet": _REFUSED}),
    ledger.ProgramRefused: Route(public=False, to={"notifier": _REFUSED, "wallet": _REFUSED}),
    notifier.MailSent: Route(public=True, to={}),
    notifier.MailFailed: Route(public=True, to={}),
    notifier.MailSuppressed: Route(public=True, to={}),
    notifier.MailInDoubt: Route(public=True, to={}),
    wallet.PassUpdated: Route(public=True, to={}),
    wallet.PassFailed: Route(public=True, to={}),
}

ACCEPTABLE_REFUSALS: dict[str, frozenset[str]] = {
    "open_card": frozenset({"card_exists"}),
    "link_store": frozenset({"store_already_linked"}),
}
"""Refusals that end a policy well; any other leaves a dead delivery and an alarm."""

PUBLIC: dict[str, bool] = {tag_of(kind): route.public for kind, route in ROUTES.items()}


def demands_of(kind: type[msgspec.Struct], consumer: str) -> tuple[str, ...]:
    """The deliveries that *consumer* owes for one event of *kind*, as ``channel:kind``."""
    verdict = ROUTES[kind].to.get(consumer)
    return verdict.demands if isinstance(verdict, Handled) else ()
