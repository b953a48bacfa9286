"""The tables of the wallet sync and the SQL on them."""
