"""Understand's entry in Django's list of apps."""

from django.apps import AppConfig


class UnderstandConfig(AppConfig):
    """See the package's docstring."""

    name = "heedful.understand"
    label = "understand"
