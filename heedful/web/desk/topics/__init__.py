"""The desk's pages of topics."""
