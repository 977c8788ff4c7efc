"""The addresses of the house."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
]
