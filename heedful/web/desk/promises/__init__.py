"""The desk's pages of promises."""
