"""What any typed text goes through before it means something: composed, trimmed, free of invisible characters."""

import unicodedata

# Joiners shape names in several scripts; every other format or control character only hides something.
_JOINERS = "\u200c\u200d"
_REFUSED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


class InvisibleCharacters(ValueError):
    """The text holds control characters, direction marks, lone surrogates or the like."""


def clean(text: str) -> str:
    """NFC, trimmed, each run of spaces one space; raises InvisibleCharacters."""
    text = unicodedata.normalize("NFC", text.strip())
    if any(unicodedata.category(letter) in _REFUSED_CATEGORIES and letter not in _JOINERS for letter in text):
        raise InvisibleCharacters
    return " ".join(text.split())


def looks_encoded(text: str) -> bool:
    """The marks of an encoded word: mail software would decode it and could find new header lines inside."""
    return "=?" in text or "?=" in text
