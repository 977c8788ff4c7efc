"""The addresses of portal: one line a page."""

from django.urls import URLPattern, path

from heedful.web.portal import surveys

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("s/<slug:token>", surveys.survey, name="survey"),
    path("s/<slug:token>/stop", surveys.stop, name="stop"),
]
