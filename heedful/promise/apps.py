"""Promise's entry in Django's list of apps."""

from django.apps import AppConfig


class PromiseConfig(AppConfig):
    """See the package's docstring."""

    name = "heedful.promise"
    label = "promise"
