"""The words of the pages: one file per language, whole sentences, plural forms by the language's own rule."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gateway.pages.locale import LOCALES, Language, number

DIRECTORY = Path(__file__).parent.parent / "catalogs"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")

Entry = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Catalog:
    """A missing key or value raises: a page with a hole in its words must not leave the house."""

    language: Language
    entries: Mapping[str, Entry]

    def text(self, key: str, **values: str | int) -> str:
        """The sentence for a key. Integers are written the language's way; ``n`` chooses the plural form."""
        entry = self.entries[key]
        sentence = entry if isinstance(entry, str) else entry[self._plural(values["n"])]

        def fill(match: re.Match[str]) -> str:
            value = values[match[1]]
            return number(self.language, value) if isinstance(value, int) else value

        return _PLACEHOLDER.sub(fill, sentence)

    def _plural(self, count: str | int) -> str:
        if isinstance(count, str):
            raise TypeError("n must be a number to choose a plural form")
        return LOCALES[self.language].plural_form(count)


def plural_tags(language: Language) -> frozenset[str]:
    """The plural forms each counted sentence of this language must have."""
    return frozenset(LOCALES[language].plural_form.tags) | {"other"}


def placeholders(sentence: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(sentence))


@cache
def catalog(language: Language) -> Catalog:
    return Catalog(language, json.loads((DIRECTORY / f"{language}.json").read_text(encoding="utf-8")))
