"""The addresses of setup: one line a page."""

from django.urls import URLPattern, path

from heedful.web.setup import account, components

app_name = "setup"
urlpatterns: list[URLPattern] = [
    path("account", account.account, name="account"),
    path("components", components.components, name="components"),
]
