"""How long each part of an exchange may take, whoever is at the other end."""

from enum import StrEnum


class Phase(StrEnum):
    """What a connection waits for."""

    IDLE = "the next request"
    HEADER = "a header"
    BODY = "a body"
    ASKING = "a look at who sends a large body"
    WORKING = "an answer of ours"
    ANSWER = "a reader of the answer"
    LINGER = "the end of a body that was refused"


SECONDS = {
    Phase.IDLE: 20.0,
    Phase.HEADER: 10.0,
    Phase.BODY: 20.0,
    Phase.ASKING: 60.0,
    Phase.WORKING: 300.0,
    Phase.ANSWER: 20.0,
    Phase.LINGER: 2.0,
}
"""From the phase's first moment, however many bytes come in between."""

BYTES_A_SECOND = 32 * 1024
"""Who sends a body or reads an answer this fast may go on: each such portion adds a second."""

GROWING = (Phase.BODY, Phase.ANSWER)


def allowed_s(phase: Phase, moved: int) -> float:
    """Seconds that a phase may last in which so many bytes have been moved.

    >>> allowed_s(Phase.HEADER, 9_000)
    10.0
    >>> allowed_s(Phase.BODY, 16 * 1024 * 1024)
    532.0
    """
    return SECONDS[phase] + (moved / BYTES_A_SECOND if phase in GROWING else 0)
