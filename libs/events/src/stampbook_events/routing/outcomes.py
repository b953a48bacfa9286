"""What came of mails and passes: everybody may know, and nobody owes anything for it."""

import msgspec

from stampbook_events.notifier import MailFailed, MailInDoubt, MailSent, MailSuppressed
from stampbook_events.routing.verdicts import Route
from stampbook_events.wallet import PassFailed, PassUpdated

OUTCOME_ROUTES: dict[type[msgspec.Struct], Route] = {
    MailSent: Route(public=True, to={}),
    MailFailed: Route(public=True, to={}),
    MailSuppressed: Route(public=True, to={}),
    MailInDoubt: Route(public=True, to={}),
    PassUpdated: Route(public=True, to={}),
    PassFailed: Route(public=True, to={}),
}
