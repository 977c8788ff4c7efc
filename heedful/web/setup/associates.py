"""The associates: who works here, what each may do, and who may no longer come in."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from heedful.act.models import Case
from heedful.associates import associates as nouns
from heedful.associates import welcome_links
from heedful.associates.models import Associate, Role, Team
from heedful.courier import welcome_mail
from heedful.customers import search
from heedful.web import accounts, brand_fields, lists, refusals, versions
from heedful.web.page import PageRequest, page, redirect_with


class Password(forms.CharField):
    """A new password, as strong as every other."""

    def __init__(self, *, label: str, required: bool, help_text: str) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        super().__init__(label=label, required=required, help_text=help_text, widget=widget)

    def validate(self, value: str) -> None:
        """Refuse weak ones in words."""
        super().validate(value)
        if value:
            try:
                password_validation.validate_password(value)
            except ValidationError as errors:
                raise forms.ValidationError(errors.messages) from None


class AssociateForm(forms.Form):
    """Who somebody is here."""

    name = forms.CharField(max_length=120)
    email = forms.EmailField(label="E-mail")
    role = forms.ChoiceField(choices=Role.choices)
    team = forms.ModelChoiceField(Team.objects.order_by("name"), required=False, empty_label="No team")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        brand_fields.add_choices(self, label="Sees", help_text="Choose none to let somebody see everything.")


class NewForm(AssociateForm):
    """Somebody new."""

    password = Password(
        label="First password",
        required=False,
        help_text="Give it to them yourself. Leave it empty, and they are invited or come in by single sign-on.",
    )


class PasswordForm(forms.Form):
    """A new password for somebody who lost theirs."""

    password = Password(label="New password", required=True, help_text="At least ten characters; a sentence is good.")


@page("associate.edit")
def associates(request: PageRequest) -> HttpResponse:
    """The list."""
    roles = lists.chips(request, "role", "Role", Role.choices)
    gone = lists.chips(request, "show", "Show", [("deactivated", "Deactivated")])
    rows = Associate.objects.select_related("team").filter(is_active=gone.chosen is None)
    if roles.chosen:
        rows = rows.filter(role=roles.chosen.value)
    if words := request.GET.get("q", "").strip():
        rows = rows.filter(pk__in=[row.pk for row in rows if search.is_in(words, f"{row.name} {row.email}")])
    shown = lists.read(request, rows, keys=["name", "id"])
    return render(request, "setup/associates.html", {"page": shown, "roles": roles, "gone": gone})


@page("associate.edit")
@never_cache
def add(request: PageRequest) -> HttpResponse:
    """Let somebody in."""
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = {**form.cleaned_data, "password": form.cleaned_data["password"] or None}
        with refusals.at_form(form):
            somebody = nouns.add(**data, by=request.user.by, at=timezone.now())
            return _welcome(request, somebody)
    context = {"title": "Add an associate", "form": form, "submit": "Add", **_existing(form), **BACK}
    return render(request, "setup/associate_add.html", context)


def _existing(form: forms.Form) -> dict[str, object]:
    """Who has the address already for which somebody was not added, and whether a link lets them in."""
    if not form.has_error(NON_FIELD_ERRORS, nouns.ALREADY_HERE):
        return {"existing": None}
    row = Associate.objects.get(email__iexact=form.cleaned_data["email"])
    return {"existing": row, "is_invitable": _is_invitable(row)}


def _welcome(request: PageRequest, row: Associate) -> HttpResponse:
    """Say how somebody comes in who was let in, and invite whoever has no other way."""
    if (way := _way_in(request, row)) is not None:
        return redirect_with(request, reverse("setup:associates"), f"{row.name} may come in now{way}.")
    return _invite(request, row)


def _way_in(request: PageRequest, row: Associate) -> str | None:
    """By what somebody comes in without an invitation; none where there is nothing."""
    if row.has_usable_password():
        return ""
    return " by single sign-on" if accounts.sign_ons(request) else None


def _invite(request: PageRequest, row: Associate) -> HttpResponse:
    """Invite somebody: a mail is on its way, or a link is shown to be handed over."""
    welcome = welcome_mail.invite(associate=row, by=request.user.by, at=timezone.now())
    if welcome.is_mailed:
        words = f"An invitation is on its way to {row.email}."
        return redirect_with(request, reverse("setup:associate", args=[row.pk]), words)
    return _page(request, row, link=welcome.link, ends_earlier=welcome.ends_earlier)


@page("associate.edit")
@require_POST
@never_cache
def invitation(request: PageRequest, pk: int) -> HttpResponse:
    """Invite somebody who has no password yet, as often as it takes."""
    return _invite(request, get_object_or_404(Associate, pk=pk))


BACK = {"back": "/setup/associates", "back_words": "Associates"}


@page("associate.edit")
def associate(request: PageRequest, pk: int) -> HttpResponse:
    """One of them."""
    row = get_object_or_404(Associate.objects.select_related("team"), pk=pk)
    form = AssociateForm(request.POST or None, initial=_initial(row))
    versions.of(request, form, associate=pk)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            nouns.edit(associate=row, **form.cleaned_data, by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:associates"), "Saved.")
    return _page(request, row, form=form)


def _page(
    request: PageRequest,
    row: Associate,
    *,
    form: forms.Form | None = None,
    password: forms.Form | None = None,
    link: str = "",
    ends_earlier: bool = False,
) -> HttpResponse:
    context = {
        "row": row,
        "form": form or versions.of(request, AssociateForm(initial=_initial(row)), associate=row.pk),
        "password": password or PasswordForm(),
        "held": Case.objects.open().filter(owner=row).count(),
        "link": link,
        "ends_earlier": ends_earlier,
        "is_invitable": _is_invitable(row),
        "invited": welcome_links.pending(associate=row, at=timezone.now()),
        "way_in": _way_in(request, row),
    }
    return render(request, "setup/associate.html", context)


def _is_invitable(row: Associate) -> bool:
    """Whether somebody has no password yet, and may choose one by a link."""
    return row.is_active and not row.has_usable_password()


def _initial(row: Associate) -> dict[str, object]:
    return {"name": row.name, "email": row.email, "role": row.role, "team": row.team, "brands": row.brands}


@page("associate.edit")
@require_POST
def deactivation(request: PageRequest, pk: int) -> HttpResponse:
    """Shut somebody out, or let them in again."""
    row = get_object_or_404(Associate, pk=pk)
    if versions.is_done(request, is_on=row.is_active):
        return redirect_with(request, reverse("setup:associate", args=[pk]), versions.DONE)
    change = nouns.deactivate if row.is_active else nouns.reactivate
    change(associate=row, by=request.user.by, at=timezone.now())
    words = _coming_back(request, row) if row.is_active else f"may no longer come in.{_going_back(row)}"
    return redirect_with(request, reverse("setup:associate", args=[pk]), f"{row.name} {words}")


def _coming_back(request: PageRequest, row: Associate) -> str:
    """By what somebody comes in who was let in again."""
    way = _way_in(request, row)
    return "may come in again once you have invited them." if way is None else f"may come in again{way}."


def _going_back(row: Associate) -> str:
    """What happens with the open cases of somebody who leaves."""
    number = Case.objects.open().filter(owner=row).count()
    if not number:
        return ""
    return (
        " Their open case goes back to its team."
        if number == 1
        else f" Their {number} open cases go back to their teams."
    )


@page("associate.edit")
@require_POST
def password(request: PageRequest, pk: int) -> HttpResponse:
    """Give somebody a new password."""
    row = get_object_or_404(Associate, pk=pk)
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return _page(request, row, password=form)
    nouns.set_password(associate=row, password=form.cleaned_data["password"], by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("setup:associate", args=[pk]), f"{row.name} has a new password.")
