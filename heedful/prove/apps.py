"""Prove's entry in Django's list of apps."""

from django.apps import AppConfig


class ProveConfig(AppConfig):
    """See the package's docstring."""

    name = "heedful.prove"
    label = "prove"
