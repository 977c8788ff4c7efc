"""Associates's entry in Django's list of apps."""

from django.apps import AppConfig


class AssociatesConfig(AppConfig):
    """See the package's docstring."""

    name = "heedful.associates"
    label = "associates"
