"""The desk's pages of organisations."""
