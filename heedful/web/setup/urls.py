"""The addresses of setup: one line a page."""

from django.urls import URLPattern, path

from heedful.web.setup import account, components, first

app_name = "setup"
urlpatterns: list[URLPattern] = [
    path("account", account.account, name="account"),
    path("first/<str:token>", first.set_up, name="first"),
    path("components", components.components, name="components"),
]
