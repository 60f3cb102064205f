"""An OpenID Connect provider on loopback: real tokens, codes that count once, PKCE that counts.

What it answers can be changed for an attack: the claims, how they are signed, any whole answer.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from allauth.socialaccount.providers import registry
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse

from advisor.oidc.flow import Provider as OurProvider
from tests.doubles.http_server import http_server

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CLIENT, SECRET = "us", "a secret of ours"
Claims = dict[str, Any]


def signed(claims: Claims, key: Any = KEY, algorithm: str = "RS256", kid: str = "one") -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})


def public_key() -> dict[str, Any]:
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
    return public | {"kid": "one", "use": "sig", "alg": "RS256"}


@dataclass
class Person:
    """Who is signed in at the provider."""

    sub: Any = "42"
    claims: Claims = field(
        default_factory=lambda: {
            "email": "carol@example.com",
            "email_verified": True,
            "preferred_username": "carol",
        }
    )


@dataclass
class OidcProvider:
    issuer: str = ""
    person: Person = field(default_factory=Person)
    changed: Claims = field(default_factory=dict)  # claims of the ID token; None: left out
    sign: Callable[[Claims], str] = signed
    config: Claims = field(default_factory=dict)
    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    userinfo: Claims = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)  # paths
    refused: list[str] = field(default_factory=list)  # why the token endpoint said no

    def authorize(self, location: str) -> dict[str, str]:
        """What a browser brings back that was sent here: a code and the state."""
        parts = urlsplit(location)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.issuer}/authorize"
        asked = dict(parse_qsl(parts.query))
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """Raises: ValueError: the code is not for this client, browser and moment."""
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None:
            raise ValueError("no such code, or used before")
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            raise ValueError("another client")
        if form.get("redirect_uri") != asked["redirect_uri"]:
            raise ValueError("another redirect_uri")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (asked.get("code_challenge_method"), asked.get("code_challenge")) != ("S256", challenge):
            raise ValueError("PKCE")
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.id_token(asked)}

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": self.person.sub, "aud": CLIENT, "iat": now}
        claims |= {"exp": now + 60, "nonce": asked.get("nonce", "")} | self.person.claims
        claims |= self.changed
        return self.sign({name: value for name, value in claims.items() if value is not None})

    def document(self) -> Claims:
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token"}
        paths |= {"jwks_uri": "jwks", "userinfo_endpoint": "userinfo"}
        urls = {name: f"{self.issuer}/{path}" for name, path in paths.items()}
        return {"issuer": self.issuer} | urls | self.config


def begin(client: Client, **query: str) -> str:
    """Where a press on the button leads."""
    url = reverse("openid_connect_login", args=["oidc"])
    return str(client.post(url, query_params=query).headers.get("Location", ""))


def come_back(client: Client, brought: dict[str, str]) -> Any:
    return client.get(reverse("openid_connect_callback", args=["oidc"]), brought)


def sign_in(client: Client, provider: OidcProvider, **query: str) -> Any:
    """The whole way of an honest browser."""
    return come_back(client, provider.authorize(begin(client, **query)))


class _Handler(BaseHTTPRequestHandler):
    provider: ClassVar[OidcProvider]

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""

    def reply(self, body: Any, status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.rpartition("/")[2]
        self.provider.asked.append(path)
        if path in self.provider.answers:
            self.provider.answers[path](self)
        elif path == "openid-configuration":
            self.reply(self.provider.document())
        elif path == "jwks":
            self.reply({"keys": [public_key()]})
        else:
            person = self.provider.person
            self.reply({"sub": person.sub} | person.claims | self.provider.userinfo)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.provider.asked.append("token")
        if "token" in self.provider.answers:
            self.provider.answers["token"](self)
            return
        try:
            self.reply(self.provider.token(dict(parse_qsl(body))))
        except ValueError as error:
            self.provider.refused.append(str(error))
            self.reply({"error": "invalid_grant"}, 400)


@pytest.fixture
def oidc(settings: Any) -> Iterator[OidcProvider]:
    """A provider that the product is configured for."""
    provider = OidcProvider()
    with http_server(type("Handler", (_Handler,), {"provider": provider})) as port:
        provider.issuer = f"http://127.0.0.1:{port}"
        settings.ROOT_URLCONF = "tests.advisor.oidc_urls"
        app = {"provider_id": "oidc", "name": "Example", "client_id": CLIENT, "secret": SECRET}
        app["settings"] = {"server_url": provider.issuer}
        registry.register(OurProvider)
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
        yield provider
        registry.provider_map.pop(OurProvider.id, None)
