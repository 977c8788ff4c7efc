"""The addresses of board: one line a page."""

from django.urls import URLPattern

app_name = "board"
urlpatterns: list[URLPattern] = []
