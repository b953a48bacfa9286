"""Where a reader is: host, language and the path behind the language prefix."""

from dataclasses import dataclass, replace

from gateway.pages.locale import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """``origin`` has scheme and host; ``path`` starts with '/', or is None where no page of ours is (an error)."""

    language: Language
    origin: str
    path: str | None = None

    def url(self, language: Language | None = None) -> str:
        """The full address of this page, also in another language."""
        return f"{self.origin}{self.local_in(language or self.language)}"

    def local(self, path: str) -> str:
        """Another page of this host in the reader's language."""
        return f"/{self.language}{path}"

    def local_in(self, language: Language) -> str:
        """The same page in another language; from an error the way leads home."""
        return replace(self, language=language).local(self.path or "/")
