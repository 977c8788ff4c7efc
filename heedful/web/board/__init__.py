"""Pages of the leaders."""
