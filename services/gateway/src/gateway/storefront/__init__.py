"""The pages of the shops: what a browser asks for on a store's host name."""
