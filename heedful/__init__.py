"""Heedful: promise, listen, understand, act, prove."""

__version__ = "0.1.0"
