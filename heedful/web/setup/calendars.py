"""Working time: the hours and holidays that promises count by."""

from collections.abc import Collection

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from heedful.promise import calendars as nouns
from heedful.promise import public_holidays
from heedful.promise.models import Calendar
from heedful.web import refusals, shell, versions
from heedful.web.page import PageRequest, page, redirect_with
from heedful.web.setup import places

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
USUAL = "09:00-17:00"


class CalendarForm(forms.Form):
    """When the company works."""

    name = forms.CharField(max_length=120)
    time_zone = places.zone_field()
    holidays = forms.CharField(widget=forms.Textarea, required=False, help_text="One date a line, such as 2026-12-25.")
    region = forms.ChoiceField(
        label="Public holidays of",
        choices=lambda: [("", "No country or region"), *places.regions()],
        required=False,
        help_text=f"Those of this year and the next {public_holidays.YEARS - 1} are added to the dates above when you"
        " choose it, and those of later years in their time. What you remove stays away.",
    )
    is_default = forms.BooleanField(label="Use it where no other is chosen", required=False)
    first_day = forms.DateField(
        label="From",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The first day of these hours. Empty is from now on. What was settled before stays as it was.",
    )

    def __init__(self, *args: object, without: Collection[str] = (), **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for number, day in enumerate(DAYS):
            self.fields[f"day_{number}"] = forms.CharField(label=day, required=False, help_text="" if number else HELP)
        self.order_fields(["name", "time_zone", *[f"day_{number}" for number in range(7)]])
        for name in without:
            del self.fields[name]

    def values(self) -> dict[str, object]:
        """What was typed, as the operation takes it; of what the page does not ask, nothing."""
        data = self.cleaned_data
        week = [_periods(data[f"day_{number}"]) for number in range(7)]
        plain: dict[str, object] = {
            name: data[name] for name in ("name", "time_zone", "region", "is_default", "first_day") if name in data
        }
        return {**plain, "week": week, "holidays": data["holidays"].split()}


HELP = "One or more periods, such as 09:00-12:30 13:30-17:00. Empty means closed."


@page("calendar.edit")
def calendars(request: PageRequest) -> HttpResponse:
    """The list."""
    rows = [
        (row, _place(row), list(zip(DAYS, row.week, strict=True)), _public(row))
        for row in Calendar.objects.order_by("-is_default", "name")
    ]
    return render(request, "setup/calendars.html", {"rows": rows})


def _public(row: Calendar) -> str:
    """Whose public holidays are in it, and through which year."""
    if not (row.region and row.public_holidays):
        return ""
    through = public_holidays.through(row.public_holidays)
    return f"those of {public_holidays.name_of(row.region)} through {through}"


def _place(row: Calendar) -> str:
    """The place by whose time it runs, as it is offered in the form."""
    return row.time_zone.rpartition("/")[2].replace("_", " ")


@page("calendar.edit")
def add(request: PageRequest) -> HttpResponse:
    """Add one."""
    own = shell.of(request).company.time_zone
    usual = {f"day_{number}": USUAL for number in range(5)}
    form = CalendarForm(request.POST or None, initial={"time_zone": own, **usual}, without=["first_day"])
    places.keep(form.fields["time_zone"], own)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            row = nouns.add(**form.values(), by=request.user.by, at=timezone.now())  # type: ignore[arg-type]
            return redirect_with(request, reverse("setup:calendars"), f"Saved.{_added(form, row)}")
    return render(request, "setup/form.html", {"title": "Add working time", "form": form, "submit": "Add", **BACK})


@page("calendar.edit")
def calendar(request: PageRequest, pk: int) -> HttpResponse:
    """One of them."""
    row = get_object_or_404(Calendar, pk=pk)
    form = CalendarForm(request.POST or None, initial=_initial(row))
    places.keep(form.fields["time_zone"], row.time_zone)
    versions.of(request, form, calendar=pk)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            row = nouns.change(calendar=row, **form.values(), by=request.user.by, at=timezone.now())  # type: ignore[arg-type]
            words = f"Saved.{_added(form, row)} What is pending is counted by it; what was settled stays."
            return redirect_with(request, reverse("setup:calendars"), words)
    return render(
        request, "setup/calendar.html", {"title": row.name, "form": form, "submit": "Save", "row": row, **BACK}
    )


@page("calendar.edit")
def correction(request: PageRequest, pk: int) -> HttpResponse:
    """Say when the company really worked: an act of its own, since what was settled is counted anew."""
    row = get_object_or_404(Calendar, pk=pk)
    form = CalendarForm(request.POST or None, initial=_initial(row), without=["name", "region", "is_default"])
    form.fields["first_day"].help_text = "The first day on which these were the hours. Empty is always."
    places.keep(form.fields["time_zone"], row.time_zone)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            nouns.correct(calendar=row, **form.values(), by=request.user.by, at=timezone.now())  # type: ignore[arg-type]
            words = "Corrected. Every promise that counts by it is counted anew over the whole log."
            return redirect_with(request, reverse("setup:calendars"), words)
    context = {"title": f"Correct the past of {row.name}", "form": form, "submit": "Correct the past", "row": None}
    return render(request, "setup/calendar.html", {**context, **BACK})


def _initial(row: Calendar) -> dict[str, object]:
    week = {f"day_{number}": " ".join(f"{a}-{b}" for a, b in day) for number, day in enumerate(row.week)}
    plain = {"name": row.name, "time_zone": row.time_zone, "is_default": row.is_default, "region": row.region}
    return {**plain, **week, "holidays": "\n".join(row.holidays)}


BACK = {"back": "/setup/calendars", "back_words": "Working time"}


def _added(form: CalendarForm, row: Calendar) -> str:
    """Says which public holidays are in it now, and until when."""
    if not (region := form.cleaned_data["region"]):
        return ""
    return f" The public holidays of {public_holidays.name_of(region)} are in it until {row.public_holidays[-1]}."


def _periods(text: str) -> list[list[str]]:
    """Read `09:00-12:30 13:30-17:00`; what is not a period is left to the operation to refuse."""
    words = "-".join(part.strip() for part in text.replace("–", "-").split("-")).replace(",", " ").split()
    return [word.split("-") for word in words]
