"""Api's entry in Django's list of apps."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """See the package's docstring."""

    name = "heedful.api"
    label = "api"
