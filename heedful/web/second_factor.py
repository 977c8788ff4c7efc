"""The forms that ask for a code, counted like guesses at a password."""

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm

from heedful.associates import guesses
from heedful.web import accounts


class CodeCountingForm(BaseAuthenticateForm):  # type: ignore[misc]
    """A form whose code is looked at as often as `associates/guesses.py` allows."""

    def clean_code(self) -> str:
        """Count first, so that of many codes sent at once no more are looked at."""
        guess = accounts.count_guess(context.request, "code", self.user)
        code: str = super().clean_code()
        guesses.give_back(guess)
        return code


class CodeForm(CodeCountingForm, AuthenticateForm):  # type: ignore[misc]
    """Asks at the log-in."""


class CodeAgainForm(CodeCountingForm, ReauthenticateForm):  # type: ignore[misc]
    """Asks before the account itself is changed."""
