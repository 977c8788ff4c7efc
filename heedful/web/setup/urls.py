"""The addresses of setup: one line a page."""

from django.urls import URLPattern, path

from heedful.web.setup import (
    account,
    associates,
    calendars,
    company,
    components,
    first,
    index,
    keys,
    ledger,
    mails,
    stages,
    teams,
    webhooks,
)

app_name = "setup"
urlpatterns: list[URLPattern] = [
    path("", index.index, name="index"),
    path("company", company.company, name="company"),
    path("stages", stages.stages, name="stages"),
    path("teams", teams.teams, name="teams"),
    path("teams/<int:pk>", teams.team, name="team"),
    path("associates", associates.associates, name="associates"),
    path("associates/add", associates.add, name="associate_add"),
    path("associates/<int:pk>", associates.associate, name="associate"),
    path("associates/<int:pk>/deactivation", associates.deactivation, name="associate_deactivation"),
    path("associates/<int:pk>/password", associates.password, name="associate_password"),
    path("keys", keys.keys, name="keys"),
    path("keys/<int:pk>", keys.key, name="key"),
    path("keys/<int:pk>/revocation", keys.revocation, name="key_revocation"),
    path("mails", mails.mails, name="mails"),
    path("mails/<int:pk>", mails.mail, name="mail"),
    path("mails/<int:pk>/tries", mails.tries, name="mail_tries"),
    path("webhooks", webhooks.webhooks, name="webhooks"),
    path("webhooks/add", webhooks.add, name="webhook_add"),
    path("webhooks/<int:pk>", webhooks.webhook, name="webhook"),
    path("webhooks/<int:pk>/secret", webhooks.secret, name="webhook_secret"),
    path("webhooks/<int:pk>/rest", webhooks.rest, name="webhook_rest"),
    path("webhooks/<int:pk>/ping", webhooks.ping, name="webhook_ping"),
    path("calendars", calendars.calendars, name="calendars"),
    path("calendars/add", calendars.add, name="calendar_add"),
    path("calendars/<int:pk>", calendars.calendar, name="calendar"),
    path("ledger", ledger.ledger, name="ledger"),
    path("account", account.account, name="account"),
    path("first/<str:token>", first.set_up, name="first"),
    path("components", components.components, name="components"),
]
