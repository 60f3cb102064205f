"""Codes of a second factor, counted by person and address; see `advisor.sign_in.throttle`."""

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator

from advisor.audit import signins
from advisor.models import Event
from advisor.sign_in import throttle


class _CodeForm:
    """A form that asks for a code. The library's own counts by person alone."""

    def clean_code(self) -> str:
        person, code = self.user, self.cleaned_data["code"]  # type: ignore[attr-defined]
        usage = throttle.code_try(context.request, person)
        if usage is None:
            signins.note_once(Event.CODES_LOCKED, person)
            raise get_adapter().validation_error("too_many_login_attempts")
        factors = Authenticator.objects.filter(user=person).order_by("-type")  # the app's first
        for factor in factors:
            if factor.wrap().validate_code(code):
                factor.user = person
                self.authenticator = factor
                usage.rollback()
                return str(code)
        if factors:
            self._emit_authentication_failed(factors[0])  # type: ignore[attr-defined]
        raise get_adapter().validation_error("incorrect_code")


class AuthenticateForm(_CodeForm, forms.AuthenticateForm):  # type: ignore[misc]  # without types
    """At the sign-in."""


class ReauthenticateForm(_CodeForm, forms.ReauthenticateForm):  # type: ignore[misc]
    """Once more, before something that matters."""
