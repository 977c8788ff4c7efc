"""Customers's entry in Django's list of apps."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """See the package's docstring."""

    name = "heedful.customers"
    label = "customers"
