"""Courier's entry in Django's list of apps."""

from django.apps import AppConfig


class CourierConfig(AppConfig):
    """See the package's docstring."""

    name = "heedful.courier"
    label = "courier"
