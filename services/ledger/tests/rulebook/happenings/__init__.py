"""Random days at a merchant: what may happen, drawn by hypothesis, and a teller who tells it to any books."""

from rulebook.happenings.drawing import Days, days_of, merchant_days
from rulebook.happenings.teller import Happening, Teller

__all__ = ["Days", "Happening", "Teller", "days_of", "merchant_days"]
