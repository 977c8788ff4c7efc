"""Ledger's entry in Django's list of apps."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """What happened, and what is owed because of it."""

    name = "heedful.ledger"
    label = "ledger"
