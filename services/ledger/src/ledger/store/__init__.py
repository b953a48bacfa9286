"""All SQL of the ledger's own tables."""
