"""What stands in the join form: nothing yet, or what was sent and has to be corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.pages.settings import JoinField, JoinSettings


# Without a repr, so that no log or traceback shows what a person typed.
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Draft:
    form_token: str
    idempotency_key: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class FormView:
    """The draft together with what the store asks, as the template reads it."""

    draft: Draft
    settings: JoinSettings
    problems: Mapping[str, str]
    date_order: Sequence[str]

    @property
    def form_token(self) -> str:
        return self.draft.form_token

    @property
    def idempotency_key(self) -> str:
        return self.draft.idempotency_key

    @property
    def asked(self) -> frozenset[JoinField]:
        return self.settings.asked

    @property
    def required(self) -> frozenset[JoinField]:
        return self.settings.required

    @property
    def terms_version(self) -> str:
        return self.settings.terms_version

    def described_by(self, name: str, hint: str) -> str:
        """The ids of what a screen reader says after the field's label."""
        ids = [f"{name}-hint"] if hint else []
        return " ".join([*ids, f"{name}-error"] if name in self.problems else ids)

    def value(self, name: str) -> str:
        return self.draft.values.get(name, "")
