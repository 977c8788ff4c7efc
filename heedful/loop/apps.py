"""Loop's entry in Django's list of apps: it wires reactions to events when the house is built."""

from django.apps import AppConfig


class LoopConfig(AppConfig):
    """When this happens, do that."""

    name = "heedful.loop"
    label = "loop"

    def ready(self) -> None:
        from heedful.courier import digests, kinds
        from heedful.ledger import events
        from heedful.loop import wiring

        events.wire(wiring.REACTIONS)
        digests.offer(wiring.DIGESTS)
        kinds.offer(event for event, follows in wiring.REACTIONS.items() if wiring.TOLD in follows)
