"""How associates come in: by invitation, with a password or the company's single sign-on."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.utils import timezone

from heedful.associates import associates
from heedful.associates.models import Associate
from heedful.courier import mails
from heedful.kit.actor import SYSTEM


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves; what changes goes through the operations, and mails through the courier."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth calls it so
        return False

    def set_password(self, user: Any, password: str) -> None:
        somebody = cast("Associate", user)
        associates.set_password(associate=somebody, password=password, by=somebody.by, at=timezone.now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, {"email": email, **context})
        mails.send(
            to=email, subject=message.subject, text=message.body, purpose="account", by=SYSTEM, at=timezone.now()
        )


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Single sign-on lets in whom an administrator has added, found by e-mail."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002 - as above
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Tie the company's sign-on to the associate with the same verified address, the first time."""
        if sociallogin.is_existing:
            return
        known = {address.email.lower() for address in sociallogin.email_addresses if address.verified}
        somebody = Associate.objects.filter(email__in=known, is_active=True).first()
        if somebody is not None:
            sociallogin.connect(request, somebody)
