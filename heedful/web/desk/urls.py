"""The addresses of the desk: one line a page."""

from django.urls import URLPattern, path

from heedful.web.desk import home

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("counts", home.counts, name="counts"),
]
