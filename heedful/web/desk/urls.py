"""The addresses of the desk: one line a page."""

from django.urls import URLPattern, path

from heedful.web.desk import cases, customers, feedback, home, promises, topics

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("counts", home.counts, name="counts"),
    path("customers", customers.index, name="customers"),
    path("customers/<int:pk>", customers.customer, name="customer"),
    path("customers/<int:pk>/feedback", customers.feedback, name="customer_feedback"),
    path("customers/<int:pk>/promises", customers.promises, name="customer_promises"),
    path("customers/<int:pk>/cases", customers.cases, name="customer_cases"),
    path("customers/<int:pk>/person", customers.person, name="customer_person"),
    path("customers/<int:pk>/merge", customers.merge, name="customer_merge"),
    path("customers/<int:pk>/merges", customers.merges, name="customer_merges"),
    path("customers/<int:pk>/merges/<int:merge_pk>/undo", customers.undo, name="customer_undo"),
    path("queue", cases.queue, name="queue"),
    path("cases", cases.index, name="cases"),
    path("cases/<int:pk>", cases.case, name="case"),
    path("cases/<int:pk>/claim", cases.claim, name="case-claim"),
    path("cases/<int:pk>/notes", cases.notes, name="case-notes"),
    path("cases/<int:pk>/mails", cases.mails, name="case-mails"),
    path("cases/<int:pk>/calls", cases.calls, name="case-calls"),
    path("cases/<int:pk>/handover", cases.handover, name="case-handover"),
    path("cases/<int:pk>/closure", cases.closure, name="case-closure"),
    path("cases/<int:pk>/reopening", cases.reopening, name="case-reopening"),
    path("promises", promises.index, name="promises"),
    path("promises/new", promises.new, name="promise-new"),
    path("promises/<slug:slug>", promises.promise, name="promise"),
    path("promises/<slug:slug>/felt", promises.felt, name="promise-felt"),
    path("promises/<slug:slug>/edit", promises.edit, name="promise-edit"),
    path("promises/<slug:slug>/ending", promises.ending, name="promise-ending"),
    path("promises/<slug:slug>/recount", promises.recount, name="promise-recount"),
    path("promises/<slug:slug>/<int:pk>", promises.instance, name="promise-instance"),
    path("feedback", feedback.index, name="feedback"),
    path("feedback/<int:pk>/case", cases.take, name="take"),
    path("topics", topics.index, name="topics"),
    path("topics/new", topics.add, name="topic-add"),
    path("topics/again", topics.again, name="topics-again"),
    path("topics/<int:pk>", topics.topic, name="topic"),
    path("topics/<int:pk>/retirement", topics.retirement, name="topic-retirement"),
]
