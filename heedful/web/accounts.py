"""How associates come in: by invitation, with a password or the company's single sign-on."""

import logging
import secrets
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.templatetags.socialaccount import get_providers, provider_login_url
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from heedful.associates import associates, guesses
from heedful.associates.models import Associate
from heedful.courier import mails
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import TooMany
from heedful.web import visitors

log = logging.getLogger(__name__)

SHUT = ("email/", "3rdparty/", "3rdparty/signup/", "social/connections/", "social/signup/", "password/set/")
"""Pages of the library by which somebody would change who they are past the operations and the ledger."""
WRONG_CODE = "This code does not fit. Type the one that your app shows now."
TOO_OFTEN = "That was tried too often. Wait five minutes, then try again."

DEVICE = "device-"
"""The cookie by which a device is known that was in before, one for each account that came in with it."""
DEVICE_LIFETIME = timedelta(days=180)


def shut(request: HttpRequest) -> HttpResponseRedirect:
    """Lead to one's account, where everything is that one may change."""
    return HttpResponseRedirect(reverse("setup:account"))


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves; what changes goes through the operations, and mails through the courier."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is deactivated. If you work here, ask an administrator.",
        "email_password_mismatch": "This e-mail and this password do not belong together. Try them once more.",
        "enter_current_password": "This is not the password that you have now.",
        "incorrect_code": WRONG_CODE,
        "incorrect_password": "This is not your password.",
        "invalid_password_reset": "This link is used up. Ask for another.",
        "rate_limited": TOO_OFTEN,
        "too_many_login_attempts": TOO_OFTEN,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth calls it so
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return visitors.address(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Look at a password as often as it may be guessed at; who is right is not counted."""
        login = str(credentials.get("email", ""))
        guess = count_guess(request, "password", Associate.objects.filter(email__iexact=login).first() or login)
        somebody: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if somebody is not None:
            guesses.give_back(guess)
        return somebody

    def post_login(self, request: HttpRequest, user: Any, **about: Any) -> HttpResponse:
        """Know the device from now on."""
        response: HttpResponse = super().post_login(request, user, **about)
        return remember_device(request, response, user)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Link to the house under its own address, whatever host name the request was made to."""
        path: str = urlsplit(super().get_reset_password_from_key_url(key)).path
        return f"{settings.PUBLIC_URL}{path}"

    def set_password(self, user: Any, password: str) -> None:
        somebody = cast("Associate", user)
        associates.set_password(associate=somebody, password=password, by=somebody.by, at=timezone.now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, {"email": email, **context})
        secret = context.get("password_reset_url", "").rstrip("/").rpartition("/")[2]
        mails.send(
            to=email,
            subject=message.subject,
            text=message.body,
            purpose="account",
            secret=secret,
            by=SYSTEM,
            at=timezone.now(),
        )


def count_guess(request: HttpRequest, what: str, who: Associate | str) -> guesses.Guess:
    """Count a guess at what lets somebody in, or say at the form that there were too many."""
    account = str(who.pk) if isinstance(who, Associate) else f"unknown {who.strip().casefold()}"
    device = _device(request, who) if isinstance(who, Associate) else ""
    network = visitors.network(request)
    try:
        return guesses.count(what=what, account=account, network=network, device=device, at=timezone.now())
    except TooMany:
        raise Adapter(request).validation_error("too_many_login_attempts") from None


def remember_device(request: HttpRequest, response: HttpResponse, associate: Associate) -> HttpResponse:
    """Let a device that came in be known when its associate comes again."""
    response.set_signed_cookie(
        f"{DEVICE}{associate.pk}",
        _device(request, associate) or secrets.token_hex(8),
        salt=DEVICE,
        max_age=DEVICE_LIFETIME,
        path="/accounts/",
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


def _device(request: HttpRequest, associate: Associate) -> str:
    """The name that a device was given when this associate came in with it, or nothing."""
    cookie = request.get_signed_cookie(f"{DEVICE}{associate.pk}", default="", salt=DEVICE, max_age=DEVICE_LIFETIME)
    return cookie or ""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second factor says no in the house's words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "Your second factor cannot be turned off.",
        "cannot_generate_recovery_codes": "Set up the app on your phone first; the recovery codes belong to it.",
        "incorrect_code": WRONG_CODE,
    }


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Single sign-on lets in whom an administrator has added, found by e-mail."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002 - as above
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Tie the company's sign-on to the associate with the same verified address, the first time."""
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("setup:account")))
        if sociallogin.is_existing:
            return
        addresses = {address.email.lower() for address in sociallogin.email_addresses if address.verified}
        somebody = Associate.objects.filter(email__in=addresses, is_active=True).first()
        if somebody is not None:
            sociallogin.connect(request, somebody)

    def on_authentication_error(self, request: HttpRequest, provider: Any, **about: Any) -> None:  # noqa: ARG002
        log.warning("Single sign-on failed: %s", about.get("exception") or about.get("error"))

    def get_requests_session(self) -> Any:
        """Ask the provider as ever, and say it on a page when it does not answer, or not as one."""
        session = super().get_requests_session()
        ask = session.request

        def send(method: str, url: str, **options: Any) -> Any:
            try:
                answer = ask(method, url, **options)
                if method.upper() == "GET":
                    answer.raise_for_status()
                    answer.json()
            except (OSError, ValueError) as error:
                log.warning("Single sign-on at %s failed: %s", url, error)
                page = render(self.request, "socialaccount/authentication_error.html", status=503)
                raise ImmediateHttpResponse(page) from error
            return answer

        session.request = send
        return session


def sign_ons(request: HttpRequest) -> list[tuple[str, str]]:
    """The company's single sign-ons: what each is called, and where it begins."""
    around = {"request": request}
    return [(each.name, provider_login_url(around, each, process="login")) for each in get_providers(around)]
