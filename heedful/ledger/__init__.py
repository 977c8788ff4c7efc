"""What happened, and what is owed because of it."""
