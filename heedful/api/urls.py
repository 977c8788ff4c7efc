"""The addresses of what programs see."""

from django.urls import include, path, re_path

from heedful.api import cases, customers, feedback, promises, scores, touchpoints
from heedful.api.door import api as api
from heedful.api.door import missing

api.add_router("/customers", customers.router)
api.add_router("/touchpoints", touchpoints.router)
api.add_router("/feedback", feedback.router)
api.add_router("/promises", promises.router)
api.add_router("/cases", cases.router)
api.add_router("/scores", scores.router)

urlpatterns = [
    path("", include("heedful.api.events.urls")),
    path("api/", api.urls),
    re_path(r"^api/", missing),
]
