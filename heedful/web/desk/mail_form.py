"""A mail to a customer as it is typed: what is asked about before it is sent, and what is said of it after."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from heedful.act import gaps
from heedful.courier.models import Sending
from heedful.listen.models import Message
from heedful.web.page import PageRequest

WRITTEN = "Written, and on its way. The clock stops when it leaves."
UNSENT = "Written, not sent: no mail server is set up, so it is kept here and the clock goes on. Call the customer."


class MailForm(forms.Form):
    """A mail to the customer."""

    subject = forms.CharField(max_length=250)
    text = forms.CharField(label="Message", widget=forms.Textarea(attrs={"rows": 6}))

    @property
    def gaps(self) -> list[str]:
        """The gaps about which the writer was asked; one more press sends them as they are."""
        is_open = self.is_bound and self.has_error(NON_FIELD_ERRORS, "gap")
        return gaps.find(self.cleaned_data["subject"], self.cleaned_data["text"]) if is_open else []


def words(request: PageRequest, form: MailForm) -> dict[str, Any]:
    """What is to be sent, the address that the writer saw, and the gaps that they have seen."""
    return {**form.cleaned_data, "to": request.POST.get("to", ""), "with_gaps": request.POST.getlist("gap")}


def sentence(message: Message) -> str:
    """What became of a mail that was just written."""
    return UNSENT if message.sending == Sending.KEPT else WRITTEN
