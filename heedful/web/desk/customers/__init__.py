"""The desk's pages of customers."""
