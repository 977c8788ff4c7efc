"""Act's entry in Django's list of apps."""

from django.apps import AppConfig


class ActConfig(AppConfig):
    """See the package's docstring."""

    name = "heedful.act"
    label = "act"
