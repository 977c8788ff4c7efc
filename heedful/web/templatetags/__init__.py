"""Words that templates know."""
