"""What we said we would do, by when, and whether we did."""
