"""Whether it worked: scores with their uncertainty, outcomes and the board."""
