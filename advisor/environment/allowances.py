"""How much one caller may take: the one table of it. `CALLER_LIMITS` changes entries; 0: no limit.

A token counts for itself and for its owner; a browser's session for whoever signed in; a shared
link for itself. The values
are for an architect with scripts that run: so that one caller, by mistake or not, leaves room for
others.
"""

import re

ALLOWANCES = {
    "token_at_once": 4,  # requests that are computed; two web processes have eight threads
    "user_at_once": 6,
    "link_at_once": 4,  # of a shared link, by everybody who has it
    "token_per_minute": 600,  # requests; what was not used in a minute may come at once
    "user_per_minute": 1_200,
    "link_per_minute": 120,
    "token_jobs": 50,  # that are not finished
    "user_jobs": 100,
    "user_mib": 2_048,  # stored: versions of topologies, jobs, files of measurements
}

ENTRY = re.compile(r"\s*(\w+)\s*=\s*(\d{1,7})\s*")


def read(text: str) -> dict[str, int]:
    """The table with the entries of a setting, such as `token_jobs=100,user_mib=0`.

    Raises:
        ValueError: an entry is none of these, or no whole number.
    """
    changed = {}
    for entry in filter(str.strip, text.split(",")):
        match = ENTRY.fullmatch(entry)
        if match is None or match[1] not in ALLOWANCES:
            raise ValueError(f"{entry.strip()!r} is not an entry of the form name=number")
        changed[match[1]] = int(match[2])
    return ALLOWANCES | changed


def is_readable(text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
