"""What the ledger decides and remembers, without any input or output. Rules R1-R78 are the rule book's."""
