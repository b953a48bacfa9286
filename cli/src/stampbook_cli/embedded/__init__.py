"""Stampbook on one machine: servers and services as processes of one launcher, on loopback only."""
