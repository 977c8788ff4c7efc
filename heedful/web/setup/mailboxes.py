"""The mailboxes: which addresses are read, how each stands, and the mails that could not be taken in."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from heedful.associates.models import Team
from heedful.listen.channels.email import intake
from heedful.listen.channels.email import mailboxes as nouns
from heedful.listen.models import InboxItem, Mailbox
from heedful.web import lists, refusals, versions
from heedful.web.page import PageRequest, page, redirect_with

SINCE = [("0", "From now on"), ("1", "The last day"), ("7", "The last week"), ("30", "The last 30 days")]
OPENS = "It opens: name, password and folder are right."


class MailboxForm(forms.Form):
    """Where a mailbox is, what opens it, and whose cases it brings."""

    name = forms.CharField(max_length=120, help_text="As colleagues call it, such as Customer care.")
    address = forms.CharField(
        label="Address", max_length=254, widget=forms.EmailInput, help_text="Answers are sent from it, too."
    )
    host = forms.CharField(label="IMAP server", max_length=200)
    port = forms.IntegerField(initial=993, min_value=1, max_value=65_535)
    cover = forms.ChoiceField(label="Encryption", choices=Mailbox.Cover.choices)
    user = forms.CharField(
        label="User name", max_length=254, required=False, help_text="Empty where it is the address."
    )
    login = forms.ChoiceField(label="It is opened by", choices=Mailbox.Login.choices)
    secret = forms.CharField(
        label="Password or refresh token",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="It is never shown again. Empty leaves it as it is.",
    )
    token_url = forms.CharField(label="Address for tokens (OAuth 2)", max_length=500, required=False)
    client_id = forms.CharField(label="Client id (OAuth 2)", max_length=254, required=False)
    client_secret = forms.CharField(
        label="Client secret (OAuth 2)", required=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )
    folder = forms.CharField(max_length=200, initial="INBOX")
    team = forms.ModelChoiceField(
        Team.objects.order_by("name"), required=False, label="Its cases go to", empty_label="Wherever the routes say"
    )
    mark = forms.ChoiceField(
        label="Mark of a conversation",
        choices=Mailbox.Mark.choices,
        initial=Mailbox.Mark.SUBJECT,
        help_text="By it an answer is recognised that has lost its headers. In the address, if your server takes +.",
    )

    def settings(self) -> nouns.MailboxSettings:
        """What was typed."""
        return nouns.MailboxSettings(
            **{name: self.cleaned_data[name] for name in nouns.MailboxSettings.__dataclass_fields__}
        )


class NewMailboxForm(MailboxForm):
    """The same, and how much of what is in it already is taken in."""

    since = forms.ChoiceField(label="Take in what came", choices=SINCE)


BACK = {"back": "/setup/mailboxes", "back_words": "Mailboxes"}


@page("mailbox.edit")
def mailboxes(request: PageRequest) -> HttpResponse:
    """The list."""
    aside = Count("items", filter=Q(items__state=InboxItem.State.ASIDE))
    rows = Mailbox.objects.select_related("team").annotate(aside=aside).order_by("name", "pk")
    return render(request, "setup/mailboxes.html", {"rows": rows, "now": timezone.now()})


@page("mailbox.edit")
def add(request: PageRequest) -> HttpResponse:
    """Add one."""
    form = NewMailboxForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        with refusals.at_form(form):
            since = now - timedelta(days=int(form.cleaned_data["since"]))
            row = nouns.add(settings=form.settings(), since=since, by=request.user.by, at=now)
            return redirect_with(request, reverse("setup:mailbox", args=[row.pk]), "Added. It is read from now on.")
    return render(request, "setup/form.html", {"title": "Add a mailbox", "form": form, "submit": "Add", **BACK})


@page("mailbox.edit")
@never_cache
def mailbox(request: PageRequest, pk: int) -> HttpResponse:
    """One of them: how it stands, what opens it, and what came out of it."""
    row = get_object_or_404(Mailbox.objects.select_related("team"), pk=pk)
    form = MailboxForm(request.POST or None, initial=_initial(row))
    versions.of(request, form, mailbox=pk)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            nouns.change(mailbox=row, settings=form.settings(), by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:mailbox", args=[pk]), "Saved.")
    states = lists.chips(request, "state", "State", InboxItem.State.choices)
    items = row.items.select_related("message").defer("message__text", "message__folded")
    if states.chosen:
        items = items.filter(state=states.chosen.value)
    context = {"row": row, "form": form, "page": lists.read(request, items, keys=["-id"]), "states": states}
    return render(request, "setup/mailbox.html", context | {"now": timezone.now()})


def _initial(row: Mailbox) -> dict[str, Any]:
    hidden = {"secret", "client_secret"}
    return {name: getattr(row, name) for name in nouns.MailboxSettings.__dataclass_fields__ if name not in hidden}


@page("mailbox.edit")
@require_POST
def trial(request: PageRequest, pk: int) -> HttpResponse:
    """Open it and leave again, and say what is wrong."""
    if wrong := nouns.trial(get_object_or_404(Mailbox, pk=pk)):
        messages.error(request, wrong)
        return redirect_with(request, reverse("setup:mailbox", args=[pk]), "")
    return redirect_with(request, reverse("setup:mailbox", args=[pk]), OPENS)


@page("mailbox.edit")
@require_POST
def rest(request: PageRequest, pk: int) -> HttpResponse:
    """Pause it, or read it again."""
    row, here = get_object_or_404(Mailbox, pk=pk), reverse("setup:mailbox", args=[pk])
    if versions.is_done(request, is_on=row.paused_at is None):
        return redirect_with(request, here, versions.DONE)
    if row.paused_at is None:
        nouns.pause(mailbox=row, by=request.user.by, at=timezone.now())
        return redirect_with(request, here, "Paused. What comes meanwhile waits in the mailbox.")
    nouns.resume(mailbox=row, by=request.user.by, at=timezone.now())
    return redirect_with(request, here, "It is read again. What came meanwhile is taken in, too.")


@page("mailbox.edit")
@require_POST
def tries(request: PageRequest, pk: int) -> HttpResponse:
    """Try it at once."""
    nouns.try_now(mailbox=get_object_or_404(Mailbox, pk=pk), by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("setup:mailbox", args=[pk]), "It is tried now.")


@page("mailbox.edit")
@require_POST
def removal(request: PageRequest, pk: int) -> HttpResponse:
    """Read it no more."""
    nouns.remove(mailbox=get_object_or_404(Mailbox, pk=pk), by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("setup:mailboxes"), "Removed. Its conversations stay where they are.")


@page("mailbox.edit")
@require_POST
def item_tries(request: PageRequest, pk: int, item_pk: int) -> HttpResponse:
    """Take a mail in that was put aside."""
    item = get_object_or_404(InboxItem, pk=item_pk, mailbox=pk)
    item = intake.try_again(item=item, by=request.user.by, at=timezone.now())
    words = "Taken in." if item.message_id else f"It could not be taken in. {item.reason}"
    return redirect_with(request, reverse("setup:mailbox", args=[pk]), words)


@page("mailbox.edit")
def item_file(request: PageRequest, pk: int, item_pk: int) -> HttpResponse:
    """One mail to the letter, for a mail program to open."""
    items = InboxItem.objects.select_related("raw").exclude(raw=None)
    item = get_object_or_404(items, pk=item_pk, mailbox=pk)
    headers = {"Content-Disposition": f'attachment; filename="mail-{item_pk}.eml"'}
    return HttpResponse(bytes(item.raw.data), content_type="message/rfc822", headers=headers)  # type: ignore[union-attr]
