"""What hangs on messages that came in: files, the mail as it was laid out, and whether who wrote takes part."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override

from heedful.act.cases import correspondence
from heedful.kit import bundle, emails
from heedful.listen.channels.email import reading
from heedful.listen.models import Attachment, InboxItem, MailThread, Message, UndeliverableAddress
from heedful.web.page import PageRequest, page

HARMLESS: dict[str, Any] = {
    "default-src": ["'none'"],
    "img-src": ["data:"],
    "style-src": ["'unsafe-inline'"],
    "sandbox": True,
}
"""What the document of a mail may do: show itself."""
ANY_FILE = "application/octet-stream"
SHOWN_BY_BROWSERS = ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml")

BESIDE = bundle.Plan(
    lambda slots: [
        Attachment.objects.filter(message=slots.any_of("messages")).order_by("pk"),
        InboxItem.objects.filter(message=slots.any_of("messages")).select_related("mailbox").order_by("pk"),
        MailThread.objects.filter(thread=slots.any_of("threads"), refers_to__isnull=False).select_related(
            "refers_to__customer__person"
        ),
    ]
)


@dataclass(frozen=True, slots=True)
class MessageDetails:
    """What is shown beside the words of a message that came in."""

    files: list[Attachment] = field(default_factory=list)
    mailbox: str = ""
    has_layout: bool = False
    stranger_to: str = ""
    """With whom the conversation is that this one answers, where who wrote takes no part in it."""


class DetailQueries:
    """What hangs on some messages."""

    def __init__(self, messages: Iterable[Message]) -> None:
        rows = [message for message in messages if message.is_incoming]
        self.files, self.items, self.threads = BESIDE.bind(
            messages={message.pk for message in rows}, threads={message.thread_id for message in rows}
        )

    def __iter__(self) -> Any:
        return iter((self.files, self.items, self.threads))

    def details(self, messages: Iterable[Message]) -> Mapping[int, MessageDetails]:
        """The details of each message by its number."""
        files: dict[int, list[Attachment]] = defaultdict(list)
        for file in self.files:
            files[file.message_id].append(file)
        items = {item.message_id: item for item in self.items}
        others = {row.thread_id: row.refers_to.customer for row in self.threads}
        return {
            message.pk: MessageDetails(
                files=files[message.pk],
                mailbox=items[message.pk].mailbox.name if message.pk in items else "",
                has_layout=message.pk in items and items[message.pk].raw_id is not None,
                stranger_to=_label(others.get(message.thread_id)),
            )
            for message in messages
            if message.is_incoming
        }


def returned_mails(address: str) -> QuerySet[UndeliverableAddress]:
    """Whether a mail to an address came back lately, and why."""
    return UndeliverableAddress.objects.filter(address=emails.normal(address))


def _label(customer: Any) -> str:
    return (customer.person or customer).label if customer is not None else ""


@page("case.read")
def file(request: PageRequest, pk: int, file_pk: int) -> HttpResponse:
    """A file that came with a message of the case, to be kept and never to be run here."""
    files = Attachment.objects.select_related("blob").filter(message__in=correspondence.messages_of(pk).values("pk"))
    row = get_object_or_404(files.exclude(blob=None), pk=file_pk)
    is_shown = row.content_type.startswith(SHOWN_BY_BROWSERS) or not row.content_type
    response = HttpResponse(bytes(row.blob.data), content_type=ANY_FILE if is_shown else row.content_type)  # type: ignore[union-attr]
    response["Content-Disposition"] = content_disposition_header(True, row.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@page("case.read")
@never_cache
@csp_override(HARMLESS)
def layout(request: PageRequest, pk: int, message_pk: int) -> HttpResponse:
    """A mail as its writer laid it out, cleaned, in a document that can do nothing and fetches nothing."""
    message = get_object_or_404(correspondence.messages_of(pk), pk=message_pk)
    item = InboxItem.objects.select_related("raw").filter(message=message).exclude(raw=None).order_by("pk").first()
    if item is None or item.raw is None:
        raise Http404
    mail = reading.read(bytes(item.raw.data))
    html = mark_safe(mail.html)
    return render(request, "desk/cases/layout.html", {"message": message, "html": html, "text": mail.text})
