"""The addresses of the desk: one line a page."""

from django.urls import URLPattern, path

from heedful.web.desk import home, saved_views
from heedful.web.desk.cases import incoming
from heedful.web.desk.cases import views as cases
from heedful.web.desk.customers import outreach
from heedful.web.desk.customers import views as customers
from heedful.web.desk.feedback import views as feedback
from heedful.web.desk.organisations import views as organisations
from heedful.web.desk.promises import views as promises
from heedful.web.desk.surveys import views as surveys
from heedful.web.desk.topics import views as topics

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("counts", home.counts, name="counts"),
    path("views", saved_views.views, name="views"),
    path("views/<int:pk>/name", saved_views.name, name="view-name"),
    path("views/<int:pk>/removal", saved_views.removal, name="view-removal"),
    path("customers", customers.index, name="customers"),
    path("customers/<int:pk>", customers.customer, name="customer"),
    path("customers/<int:pk>/feedback", customers.feedback, name="customer_feedback"),
    path("customers/<int:pk>/promises", customers.promises, name="customer_promises"),
    path("customers/<int:pk>/cases", customers.cases, name="customer_cases"),
    path("customers/<int:pk>/person", customers.person, name="customer_person"),
    path("customers/<int:pk>/mail", outreach.mail, name="customer_mail"),
    path("customers/<int:pk>/case", outreach.case, name="customer_case"),
    path("customers/<int:pk>/merge", customers.merge, name="customer_merge"),
    path("customers/<int:pk>/merges", customers.merges, name="customer_merges"),
    path("customers/<int:pk>/joins/<int:join_pk>/parting", customers.part, name="customer_part"),
    path("customers/<int:pk>/merges/<int:merge_pk>/undo", customers.undo, name="customer_undo"),
    path("customers/organisations/<int:pk>", organisations.organisation, name="organisation"),
    path("queue", cases.queue, name="queue"),
    path("cases", cases.index, name="cases"),
    path("cases/handovers", cases.handovers, name="case-handovers"),
    path("cases/<int:pk>", cases.case, name="case"),
    path("cases/<int:pk>/files/<int:file_pk>", incoming.file, name="case-file"),
    path("cases/<int:pk>/messages/<int:message_pk>/layout", incoming.layout, name="case-layout"),
    path("cases/<int:pk>/claim", cases.claim, name="case-claim"),
    path("cases/<int:pk>/return", cases.give_back, name="case-return"),
    path("cases/<int:pk>/notes", cases.notes, name="case-notes"),
    path("cases/<int:pk>/mails", cases.mails, name="case-mails"),
    path("cases/<int:pk>/calls", cases.calls, name="case-calls"),
    path("cases/<int:pk>/handover", cases.handover, name="case-handover"),
    path("cases/<int:pk>/closure", cases.closure, name="case-closure"),
    path("cases/<int:pk>/reopening", cases.reopening, name="case-reopening"),
    path("promises", promises.index, name="promises"),
    path("promises/new", promises.new, name="promise-new"),
    path("promises/new/retrospect", promises.retrospective, name="promise-retrospect"),
    path("promises/new/unheard", promises.unseen_kinds, name="promise-unseen-kinds"),
    path("promises/<slug:slug>", promises.promise, name="promise"),
    path("promises/<slug:slug>/felt", promises.experience, name="promise-experience"),
    path("promises/<slug:slug>/edit", promises.edit, name="promise-edit"),
    path("promises/<slug:slug>/ending", promises.ending, name="promise-ending"),
    path("promises/<slug:slug>/recount", promises.recount, name="promise-recount"),
    path("promises/<slug:slug>/<int:pk>", promises.commitment, name="promise-commitment"),
    path("surveys", surveys.index, name="surveys"),
    path("surveys/new", surveys.new, name="survey-new"),
    path("surveys/preview", surveys.preview, name="survey-preview"),
    path("surveys/budget", surveys.budget, name="survey-budget"),
    path("surveys/<int:pk>", surveys.survey, name="survey"),
    path("surveys/<int:pk>/edit", surveys.edit, name="survey-edit"),
    path("surveys/<int:pk>/qr.svg", surveys.qr, name="survey-qr"),
    path("surveys/<int:pk>/pause", surveys.pause, name="survey-pause"),
    path("surveys/<int:pk>/resumption", surveys.resumption, name="survey-resumption"),
    path("surveys/<int:pk>/ending", surveys.ending, name="survey-ending"),
    path("feedback", feedback.index, name="feedback"),
    path("feedback/<int:pk>/case", cases.take, name="take"),
    path("feedback/<int:pk>/corrections", feedback.correction, name="corrections"),
    path("topics", topics.index, name="topics"),
    path("topics/new", topics.add, name="topic-add"),
    path("topics/quality", topics.reading_quality, name="topics-quality"),
    path("topics/again", topics.again, name="topics-again"),
    path("topics/<int:pk>", topics.topic, name="topic"),
    path("topics/<int:pk>/retirement", topics.retirement, name="topic-retirement"),
]
