"""What a pass should show, without any input or output."""
