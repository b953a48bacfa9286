"""The deciders as keepers of the books: the second one beside the model, and the one that merchants get."""

from rulebook.deciders.books import DecidedBooks

__all__ = ["DecidedBooks"]
