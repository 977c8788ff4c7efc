"""Web's entry in Django's list of apps."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """See the package's docstring."""

    name = "heedful.web"
    label = "web"
