"""What other currencies are in the company's own, with the day from which each rate holds."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from heedful.associates import exchange_rates as nouns
from heedful.associates.models import ExchangeRate
from heedful.customers import worth
from heedful.web import refusals
from heedful.web.page import PageRequest, page, redirect_with
from heedful.web.setup import places


class ExchangeRateForm(forms.Form):
    """A currency, what one of it is, and from which day on."""

    currency = forms.ChoiceField(choices=lambda: [("", "Choose a currency"), *places.currency_choices()[1:]])
    rate = forms.DecimalField(max_digits=20, decimal_places=10)
    day = forms.DateField(
        label="Day", widget=forms.DateInput(attrs={"type": "date"}), help_text="It holds until a later one is entered."
    )


@page("rate.edit")
def exchange_rates(request: PageRequest) -> HttpResponse:
    """The rates, the latest first, the currencies that have none, and a form for another."""
    home = worth.factors().home
    form = ExchangeRateForm(request.POST or None, initial={"day": timezone.localdate()})
    form.fields["rate"].help_text = f"How many {home} one of it is."
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            row = nouns.enter(**form.cleaned_data, by=request.user.by, at=timezone.now())
            words = f"Saved. Amounts in {row.currency} are added up as {home} now."
            return redirect_with(request, reverse("setup:exchange-rates"), words)
    rows = ExchangeRate.objects.filter(into=home).order_by("currency", "-day")
    context = {"rows": rows, "home": home, "without": worth.currencies_without_rate(), "form": form}
    return render(request, "setup/exchange_rates.html", context, status=422 if form.errors else 200)


@page("rate.edit")
@require_POST
def rate_removal(request: PageRequest, pk: int) -> HttpResponse:
    """Take one away."""
    row = get_object_or_404(ExchangeRate, pk=pk)
    nouns.remove(rate=row, by=request.user.by, at=timezone.now())
    words = f"The rate of {row.currency} of {row.day:%-d %B %Y} is gone."
    return redirect_with(request, reverse("setup:exchange-rates"), words)
