"""What the notifier decides, without touching anything: which mail an event demands, and what an answer means."""
