"""The addresses of portal: one line a page."""

from django.urls import URLPattern

app_name = "portal"
urlpatterns: list[URLPattern] = []
