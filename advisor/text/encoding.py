"""Values as JSON, for commands, files and the API; answers may have megabytes."""

import json
from typing import Any

import orjson


def as_json(value: Any, *, is_readable: bool = False) -> bytes:
    """UTF-8; indented where people read it. Raises TypeError for what is no plain value."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 if is_readable else None)
    except orjson.JSONEncodeError:  # whole numbers beyond 64 bits, which the other one writes
        return json.dumps(value, ensure_ascii=False, indent=2 if is_readable else None).encode()
