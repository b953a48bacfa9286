"""How quick Stampbook is, beside the bare limit of the same machine in the same run. Nothing here asserts a time."""
