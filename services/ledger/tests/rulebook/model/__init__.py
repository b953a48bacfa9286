"""The rule book as a plain Python model: a whole merchant in memory, written to be read beside the rules."""

from .merchant import ModelBooks

__all__ = ["ModelBooks"]
