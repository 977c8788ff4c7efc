"""The addresses of what programs see."""

from django.urls import include, path

urlpatterns = [
    path("", include("heedful.api.events.urls")),
]
