"""The HTTP API, version 1: decode, authorize, send or ask, answer. No rules of the business."""
