"""The projections built again from the log, beside the live ones, which they replace when they have caught up.

What a command's batch writes step by step is written here at once: the whole log of a card is one batch, and the store
makes its rows of it as it always does.
"""
