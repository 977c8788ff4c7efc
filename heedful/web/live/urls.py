"""Addresses for machines: is everything ready, and where are live updates?"""

from django.urls import path

from heedful.web.health import healthz
from heedful.web.live.address import live

urlpatterns = [path("healthz", healthz), path("live", live)]
