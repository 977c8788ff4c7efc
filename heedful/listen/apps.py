"""Listen's entry in Django's list of apps: it says which channels there are."""

from django.apps import AppConfig


class ListenConfig(AppConfig):
    """See the package's docstring."""

    name = "heedful.listen"
    label = "listen"

    def ready(self) -> None:
        from heedful.listen import conversations
        from heedful.listen.channels import CHANNELS

        conversations.offer(CHANNELS)
