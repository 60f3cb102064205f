"""Signatures of bodies, as Standard Webhooks 1.0.0 has them.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md,
read 2026-11-26: a secret is `whsec_` and the base64 of 24 to 64 random bytes, which are the key.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
BYTES = 32


def new_secret() -> str:
    """A key as it is shown to whoever verifies."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def is_standard(secret: str) -> bool:
    """Whether a library of Standard Webhooks takes it as it is."""
    return secret.startswith(PREFIX)


def key_of(secret: str) -> bytes:
    """What signs: the bytes of a secret; of an older one its text, as receivers know it."""
    return base64.b64decode(secret.removeprefix(PREFIX)) if is_standard(secret) else secret.encode()


def signed(keys: Sequence[str], id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers by which a receiver knows that a body is ours, and new.

    Args:
        keys: the secret, and those before it that are still valid: a signature each.
    """
    text = f"{id}.{timestamp}.".encode() + body
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_signature(key_of(key), text)}" for key in keys),
    }


def _signature(key: bytes, text: bytes) -> str:
    return base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
