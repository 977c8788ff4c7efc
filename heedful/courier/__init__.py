"""What leaves the building: one row per mail or webhook, with its tries."""
