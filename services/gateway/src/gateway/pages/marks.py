"""How a store without a logo and a long code are shown to people."""

import re

from gateway.pages.settings import StoreView


def own_logo(store: StoreView | None) -> str | None:
    """Only a picture from this very host: a page loads nothing from third parties."""
    url = store.logo_url if store else None
    return url if url and re.fullmatch(r"/(?!/)[\w./?=&%-]+", url) else None


def monogram(name: str) -> str:
    """Up to two letters that stand for a store without a logo."""
    initials = [word[0] for word in re.findall(r"\w+", name)]
    return "".join(initials[:2]).upper() or "·"


def grouped(code: str) -> str:
    """A code as people read it aloud: four characters at a time."""
    plain = re.sub(r"[\s-]", "", code)
    return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))
