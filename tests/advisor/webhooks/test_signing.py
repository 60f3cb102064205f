"""Signatures, against what the specification's own libraries are tested with."""

import base64
import hashlib
import hmac

from advisor.webhooks.signing import key_of, new_secret, signed

VECTOR = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}')
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_published_vector_has_the_published_signature() -> None:
    """Of test_sign_function in the repository of the specification, in each of its languages."""
    headers = signed([SECRET], *VECTOR)
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_new_secret_is_random_and_as_long_as_the_specification_asks() -> None:
    secrets = {new_secret() for _ in range(50)}
    assert len(secrets) == 50
    for secret in secrets:
        assert secret.startswith("whsec_")
        assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64


def test_each_valid_secret_has_a_signature_of_its_own() -> None:
    header = signed([SECRET, new_secret()], *VECTOR)["webhook-signature"]
    first, second = header.split(" ")
    assert first == signed([SECRET], *VECTOR)["webhook-signature"]
    assert second.startswith("v1,")
    assert second != first


def test_a_secret_from_before_signs_as_its_receivers_verify() -> None:
    """Its text was the key; as `whsec_` and its base64 a library takes the same key."""
    old = "q1V6cVfn0x2cKk4mVt1p9sXb7dEwHgLyZtRuJoPiAas"
    id, at, body = VECTOR
    text = f"{id}.{at}.".encode() + body
    digest = hmac.new(old.encode(), text, hashlib.sha256).digest()
    assert signed([old], *VECTOR)["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    as_standard = "whsec_" + base64.b64encode(old.encode()).decode()
    assert key_of(as_standard) == key_of(old)
