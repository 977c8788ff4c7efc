"""The addresses of the desk: one line a page."""

from django.urls import URLPattern, path

from heedful.web.desk import cases, home

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("counts", home.counts, name="counts"),
    path("queue", cases.queue, name="queue"),
    path("cases", cases.index, name="cases"),
    path("cases/<int:pk>", cases.case, name="case"),
    path("cases/<int:pk>/claim", cases.claim, name="case_claim"),
    path("cases/<int:pk>/notes", cases.notes, name="case_notes"),
    path("cases/<int:pk>/mails", cases.mails, name="case_mails"),
    path("cases/<int:pk>/calls", cases.calls, name="case_calls"),
    path("cases/<int:pk>/handover", cases.handover, name="case_handover"),
    path("cases/<int:pk>/closure", cases.closure, name="case_closure"),
    path("cases/<int:pk>/reopening", cases.reopening, name="case_reopening"),
    path("feedback/<int:pk>/case", cases.take, name="take"),
]
