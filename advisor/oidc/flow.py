"""The way to the provider and back, bound to the browser that began it.

The library has the state; added are PKCE, the nonce, every check of the ID token (its signature
too), the issuer of each answer, and that no part of the request is passed on to the provider.
"""

import logging
from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse

from advisor.environment.judges import is_safe_url
from advisor.oidc.asking import ProviderError
from advisor.oidc.claims import ClaimsRefused, profile, verified

logger = logging.getLogger(__name__)
PROVIDER = "oidc"
WELL_KNOWN = "/.well-known/openid-configuration"
ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # the library has no types
    """Speaks with the provider for one request."""

    state: Mapping[str, Any]

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself; raises: ClaimsRefused, ProviderError."""
        if not hasattr(self, "_checked"):
            url = self.get_provider().server_url
            self._checked = _checked(_json(url), url)
        return self._checked

    def get_access_token_data(self, *args: Any, **kwargs: Any) -> dict[str, str]:
        try:
            answer = super().get_access_token_data(*args, **kwargs)
            return {name: str(answer[name]) for name in ("access_token", "id_token")}
        except (KeyError, ValueError, TypeError, RecursionError) as error:
            raise ClaimsRefused(f"its token answer cannot be used: {error!r}") from error

    def complete_login(
        self, request: HttpRequest, app: Any, token: Any, **kwargs: Any
    ) -> SocialLogin:
        config = self.openid_config
        issuer = request.GET.get("iss")
        if issuer is None and config.get("authorization_response_iss_parameter_supported"):
            raise ClaimsRefused("its answer does not name its issuer")
        if issuer not in (None, config["issuer"]):
            raise ClaimsRefused("the answer came from another provider (iss)")
        claims = verified(
            kwargs["response"]["id_token"],
            _json(config["jwks_uri"]),
            config["issuer"],
            app.client_id,
            str(self.state.get("nonce")),
        )
        userinfo = config.get("userinfo_endpoint")
        more = _json(userinfo, f"Bearer {token.token}") if userinfo else None
        person = profile(claims, more)
        _refuse_another_provider(person)
        return self.get_provider().sociallogin_from_response(request, person)


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    """The one provider that whoever runs the installation chose."""

    oauth2_adapter_class = Adapter
    pkce_enabled_default = True

    def redirect(
        self, request: HttpRequest, process: str, next_url: Any = None, data: Any = None, **_: Any
    ) -> HttpResponse:
        nonce = token_urlsafe(32)
        try:
            response: HttpResponse = super().redirect(
                request, process, next_url, data, auth_params={"nonce": nonce}, nonce=nonce
            )
        except (ProviderError, ClaimsRefused) as error:
            response = render_authentication_error(request, self, exception=error)
        return response


class Callback(OAuth2CallbackView):  # type: ignore[misc]
    """Back from the provider; a state counts once, in the session that began."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().dispatch(request, *args, **kwargs)
        except (ProviderError, ClaimsRefused) as error:  # of its configuration
            provider = self.adapter.get_provider()
            response = render_authentication_error(request, provider, exception=error)
        return response

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        self.adapter.state = state or {}
        return state, response


def _json(url: str, authorization: str = "") -> dict[str, Any]:
    """Raises: ClaimsRefused, ProviderError."""
    headers = {"Authorization": authorization} if authorization else {}
    with get_adapter().get_requests_session() as session:
        answer = session.get(url, headers=headers)
    answer.raise_for_status()
    try:
        content = answer.json()
    except RecursionError:
        content = None
    if not isinstance(content, dict):
        raise ClaimsRefused(f"{url} answers no JSON object")
    return content


def _checked(config: dict[str, Any], url: str) -> dict[str, Any]:
    """Raises: ClaimsRefused: the document is not this provider's, or leads to unsafe addresses."""
    issuer = config.get("issuer")
    if not isinstance(issuer, str) or issuer.rstrip("/") != url.removesuffix(WELL_KNOWN).rstrip(
        "/"
    ):
        raise ClaimsRefused(f"{url} names another issuer, {str(issuer)[:200]!r}")
    addresses = {name: config.get(name) for name in ADDRESSES}
    if config.get("userinfo_endpoint") is not None:
        addresses["userinfo_endpoint"] = config["userinfo_endpoint"]
    for name, address in addresses.items():
        if not isinstance(address, str) or not is_safe_url(address):
            raise ClaimsRefused(f"{url} has no {name} that begins with https://")
    return config


def _refuse_another_provider(person: Mapping[str, Any]) -> None:
    """Raises: ClaimsRefused: subjects are one provider's; another's may mean somebody else."""
    account = SocialAccount.objects.filter(provider=PROVIDER, uid=person["sub"]).first()
    known = account.extra_data if account else {}
    issuer = known.get("iss") or known.get("id_token", {}).get("iss") or person["iss"]
    if issuer != person["iss"]:
        raise ClaimsRefused(f"its subject {person['sub']!r} is known from {issuer}")


@login_not_required
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Asks whether to go on to the provider, by GET and by HEAD; a form with its token goes on."""
    if request.method == "HEAD":
        request.method = "GET"  # the library takes whatever is not GET for the form
    return _view(OAuth2LoginView, request, provider_id)


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from there."""
    return _view(Callback, request, provider_id)


def _view(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    if provider_id != PROVIDER:
        raise Http404
    response: HttpResponse = view.adapter_view(Adapter(request, provider_id))(request)
    return response
