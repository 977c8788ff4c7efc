"""The desk's pages of surveys."""
