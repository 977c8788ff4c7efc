"""Sends with a client of the one shape that Segment and RudderStack share: PACKAGE HOST KEY USER."""

import importlib
import sys
from datetime import UTC, datetime

package, host, key, user = sys.argv[1:]
Client = importlib.import_module(f"{package}.analytics.client").Client
for squeeze in (False, True):
    client = Client(key, host=host, gzip=squeeze, max_retries=3)
    who = f"{user}-{squeeze}"
    client.identify(who, {"email": f"{who}@example.com", "name": "Ana Müller", "plan": "pro"})
    client.track(who, "Order Completed", {"revenue": 39.95}, timestamp=datetime(2024, 5, 17, tzinfo=UTC))
    client.page(who, "Docs", "Pricing", {"url": "https://example.com/pricing"})
    client.screen(who, "App", "Home")
    client.group(who, f"{user}-acme", {"name": "Acme"})
    client.alias(f"{who}-visitor", who)
    client.track(anonymous_id=f"{who}-visitor", event="Looked")
    client.flush()
    client.join()
