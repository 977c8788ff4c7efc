"""What it means: language, sentiment, topics and signs of trouble."""
