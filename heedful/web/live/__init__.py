"""Open pages hear within a moment what changed."""
