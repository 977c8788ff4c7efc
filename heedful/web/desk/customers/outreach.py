"""What is begun by hand from a customer's page: words to them, or a case."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from heedful.act import cases
from heedful.act.cases.outreach import LONGEST_REASON, SERIOUS
from heedful.act.models import CaseThread, Cause
from heedful.courier.models import Sending
from heedful.customers.models import Customer
from heedful.listen.models import Message
from heedful.web import lists, refusals
from heedful.web.desk import mail_form
from heedful.web.desk.customers.panel import Panel
from heedful.web.page import PageRequest, page, redirect_with

SEVERITIES = [(3, "Grave"), (2, "Serious"), (1, "Mild")]
UNSENT = "Written, not sent: no mail server is set up, so it is kept here. Call the customer."


class CaseForm(forms.Form):
    """What is wrong, how bad it is, and why it happened where that is known."""

    reason = forms.CharField(
        label="What is wrong", max_length=LONGEST_REASON, help_text="It becomes the title, as colleagues read it."
    )
    severity = forms.TypedChoiceField(label="How bad it is", choices=SEVERITIES, coerce=int, initial=SERIOUS)
    cause = forms.ChoiceField(label="Why it happened", required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # whatever a form takes
        offered = Cause.objects.filter(is_active=True).order_by("name").values_list("slug", "name")
        self.fields["cause"].choices = [("", "Not known yet"), *offered]  # type: ignore[attr-defined]


@page("customer.write")
@require_http_methods(["GET", "POST"])
def mail(request: PageRequest, pk: int) -> HttpResponse:
    """Write to a customer; what was typed is not lost when it cannot be sent."""
    who = _person(request, pk)
    form = mail_form.MailForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals.at_form(form):
            data = mail_form.words(request, form)
            message = cases.write_to(customer=who, **data, by=request.user.by, at=timezone.now())
            return _written(request, who, message)
    return _show(request, "mail", who, form)


@page("case.work")
@require_http_methods(["GET", "POST"])
def case(request: PageRequest, pk: int) -> HttpResponse:
    """Open a case by hand, or tell the one that is open."""
    who, form = _person(request, pk), CaseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals.at_form(form):
            now = timezone.now()
            row = cases.open_by_hand(customer=who, **form.cleaned_data, by=request.user.by, at=now)
            sentence = "A case is open." if row.opened_at == now else "This customer has an open case. It says so now."
            return redirect_with(request, reverse("desk:case", args=[row.pk]), sentence)
    return _show(request, "case", who, form)


def _written(request: PageRequest, who: Customer, message: Message) -> HttpResponse:
    """To the case on which it was written, where there is one."""
    if link := CaseThread.objects.filter(thread=message.thread_id).first():
        return redirect_with(request, reverse("desk:case", args=[link.case_id]), mail_form.sentence(message))
    sentence = UNSENT if message.sending == Sending.KEPT else "Written, and on its way."
    return redirect_with(request, reverse("desk:customer", args=[who.pk]), sentence)


def _show(request: PageRequest, what: str, who: Customer, form: forms.Form) -> HttpResponse:
    if not getattr(form, "gaps", ()):  # else the hand is at the button, which one more press sends
        next(iter(form.fields.values())).widget.attrs["autofocus"] = True
    context = {"who": who, "form": form, "panel": Panel(who)}
    status = 422 if request.method == "POST" else 200
    return render(request, f"desk/customers/by_hand/{what}.html", context, status=status)


def _person(request: PageRequest, pk: int) -> Customer:
    """Return the person that a record belongs to."""
    record = get_object_or_404(Customer.objects.select_related("person__stage", "person__organisation"), pk=pk)
    person = record.person or record
    lists.disclose(request, [person])
    return person
