"""The addresses of what programs see."""

from django.urls import include, path, re_path

from heedful.api import (
    brands,
    cases,
    customers,
    exchange_rates,
    feedback,
    mailboxes,
    promise_definitions,
    promises,
    scores,
    topics,
    touchpoints,
)
from heedful.api.door import api as api
from heedful.api.door import json_method_not_allowed, missing

api.add_router("/customers", customers.router)
api.add_router("/touchpoints", touchpoints.router)
api.add_router("/feedback", feedback.router)
api.add_router("/promises", promises.router)
api.add_router("/promises", promise_definitions.router)
api.add_router("/topics", topics.router)
api.add_router("/cases", cases.router)
api.add_router("/scores", scores.router)
api.add_router("/brands", brands.router)
api.add_router("/exchange-rates", exchange_rates.router)
api.add_router("/mailboxes", mailboxes.router)

routes, app_name_, namespace = api.urls
for route in routes:
    if route.callback is not None:
        route.callback = missing if route.name == "api-root" else json_method_not_allowed(route.callback)

urlpatterns = [
    path("", include("heedful.api.events.urls")),
    path("api/", (routes, app_name_, namespace)),
    re_path(r"^api/", missing),
]
