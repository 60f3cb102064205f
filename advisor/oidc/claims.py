"""What an ID token must say before anybody is signed in by it (OpenID Connect Core, 3.1.3.7)."""

import hmac
from collections.abc import Mapping
from typing import Any

import jwt
from allauth.socialaccount.providers.oauth2.client import OAuth2Error

ALGORITHMS = [f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)]
"""Signatures by a key that the provider alone has: neither `none` nor a shared secret."""
REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
CLOCK_S = 60  # by which two clocks may differ
MAX_SUBJECT = 191  # characters; the column's
TEXTS = {"email": 254, "preferred_username": 150, "name": 200, "given_name": 150}
TEXTS["family_name"] = 150
"""What is taken over of a person, and the characters of it at most."""


class ClaimsRefused(OAuth2Error):  # type: ignore[misc]  # the library has no types
    """The provider's answer does not prove who somebody is. Says what is wrong with it."""


def verified(
    token: str, keys: Mapping[str, Any], issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """The claims of an ID token that is signed, ours, of now, and of this very sign-in.

    Raises: ClaimsRefused.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(token, keys),
            algorithms=ALGORITHMS,
            audience=client_id,
            issuer=issuer,
            leeway=CLOCK_S,
            options={"require": REQUIRED},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ClaimsRefused(f"its ID token does not count: {error}") from error
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise ClaimsRefused("its ID token belongs to another sign-in (nonce)")
    _check_party(claims, client_id)
    if not claims["sub"] or len(claims["sub"]) > MAX_SUBJECT:
        raise ClaimsRefused(f"its subject is empty or longer than {MAX_SUBJECT} characters")
    return claims


def _key(token: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    """The key that the token names; without a name, the only one. Raises: KeyError and others."""
    listed = jwt.PyJWKSet.from_dict(dict(keys)).keys
    name = jwt.get_unverified_header(token).get("kid")
    named = [key for key in listed if name is None or key.key_id == name]
    if len(named) != 1:
        raise KeyError(f"its key {name!r} is not among the provider's")
    return named[0]


def _check_party(claims: Mapping[str, Any], client_id: str) -> None:
    """Raises: ClaimsRefused: it was made for another program as well, and perhaps by its wish."""
    is_shared = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if is_shared else client_id) != client_id:
        raise ClaimsRefused("its ID token was made for another program (azp)")


def profile(claims: Mapping[str, Any], userinfo: Mapping[str, Any] | None) -> dict[str, Any]:
    """Who somebody is: short visible texts, and an address only as the provider vouches for it.

    Raises: ClaimsRefused: userinfo is about somebody else.
    """
    if userinfo is not None and userinfo.get("sub") != claims["sub"]:
        raise ClaimsRefused("its userinfo is about another subject than its ID token")
    told = {**claims, **(userinfo or {})}
    texts = {
        name: "".join(filter(str.isprintable, told[name])).strip()[:most]
        for name, most in TEXTS.items()
        if isinstance(told.get(name), str)
    }
    is_verified = told.get("email_verified") in (True, "true")  # Cognito's userinfo writes a text
    return {"iss": claims["iss"], "sub": claims["sub"], "email_verified": is_verified, **texts}
