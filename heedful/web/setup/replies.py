"""Saved replies: words for mails to customers, written once by those who lead."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from heedful.act import gaps
from heedful.act import replies as nouns
from heedful.act.models import Reply
from heedful.web import refusals, versions
from heedful.web.page import PageRequest, page, redirect_with

BLANKS = "; ".join(f"{{{name}}} is {words}" for name, words in gaps.BLANKS.items())


class ReplyForm(forms.Form):
    """A name for colleagues, and the words for customers."""

    name = forms.CharField(max_length=120, help_text="By which your colleagues find it.")
    text = forms.CharField(
        label="Words",
        max_length=nouns.LONGEST,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        help_text=f"The case fills the blanks: {BLANKS}.",
    )


@page("reply.edit")
def replies(request: PageRequest) -> HttpResponse:
    """The list, those that are archived after it, and a form for a new one."""
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            row = nouns.add(**form.cleaned_data, by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:replies"), f"“{row.name}” can be put into mails now.")
    context = {
        "rows": Reply.objects.offered().order_by("name", "pk"),
        "archived": Reply.objects.exclude(archived_at=None).order_by("-archived_at", "-pk")[:50],
        "form": form,
    }
    return render(request, "setup/replies.html", context, status=422 if form.errors else 200)


@page("reply.edit")
def reply(request: PageRequest, pk: int) -> HttpResponse:
    """Let one say something else."""
    row = get_object_or_404(Reply, pk=pk)
    form = ReplyForm(request.POST or None, initial={"name": row.name, "text": row.text})
    versions.of(request, form, reply=pk)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            nouns.edit(reply=row, **form.cleaned_data, by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:replies"), "Saved. Mails from now on say it so.")
    back = {"back": reverse("setup:replies"), "back_words": "Replies"}
    context = {"title": row.name, "form": form, "submit": "Save", **back}
    return render(request, "setup/form.html", context, status=422 if form.errors else 200)


@page("reply.edit")
@require_POST
def reply_archive(request: PageRequest, pk: int) -> HttpResponse:
    """Offer one no longer, or again."""
    row = get_object_or_404(Reply, pk=pk)
    if versions.is_done(request, is_on=row.archived_at is None):
        return redirect_with(request, reverse("setup:replies"), versions.DONE)
    change = nouns.archive if row.archived_at is None else nouns.restore
    change(reply=row, by=request.user.by, at=timezone.now())
    words = "is archived. You can bring it back below." if row.archived_at is None else "can be put into mails again."
    return redirect_with(request, reverse("setup:replies"), f"“{row.name}” {words}")
