"""The addresses of the board: one line a page."""

from django.urls import URLPattern, path

from heedful.web.board import board, scores

app_name = "board"
urlpatterns: list[URLPattern] = [
    path("", board.index, name="board"),
    path("scores/<str:question>", scores.index, name="scores"),
    path("scores/<str:question>/direction", scores.direction, name="direction"),
]
