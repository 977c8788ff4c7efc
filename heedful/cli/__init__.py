"""What the shell sees."""
