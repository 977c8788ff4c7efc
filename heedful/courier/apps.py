"""Courier's entry in Django's list of apps: it says which carriers there are."""

from django.apps import AppConfig


class CourierConfig(AppConfig):
    """See the package's docstring."""

    name = "heedful.courier"
    label = "courier"

    def ready(self) -> None:
        from heedful.courier import outbox
        from heedful.courier.carriers import CARRIERS

        outbox.offer(CARRIERS)
