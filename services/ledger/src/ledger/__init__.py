"""The ledger: programs, cards, stamps and points, every movement of them in double entry."""
