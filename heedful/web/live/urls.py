"""Where pages ask for live updates."""

from django.urls import path

from heedful.web.live.address import live

urlpatterns = [path("live", live)]
