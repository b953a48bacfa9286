"""``make rules``: docs/rules.md, told from the tests of the rule book by their names and texts."""
