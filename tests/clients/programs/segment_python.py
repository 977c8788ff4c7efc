"""Sends with segment-analytics-python: HOST KEY USER."""

import sys
from datetime import UTC, datetime

from segment.analytics.client import Client

host, key, user = sys.argv[1:]
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
