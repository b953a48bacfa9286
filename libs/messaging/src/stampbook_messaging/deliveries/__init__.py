"""The delivery promise: whatever an event demanded ends as sent, suppressed or dead, in sight of operators."""
