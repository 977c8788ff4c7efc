"""Listen's entry in Django's list of apps."""

from django.apps import AppConfig


class ListenConfig(AppConfig):
    """See the package's docstring."""

    name = "heedful.listen"
    label = "listen"
