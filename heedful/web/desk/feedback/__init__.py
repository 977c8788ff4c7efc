"""The desk's pages of feedback."""
