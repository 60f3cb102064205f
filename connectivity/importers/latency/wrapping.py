"""What terminals, shells and Markdown put around a tool's output: taken away, line by line.

Every line keeps its number; what is no output becomes an empty line.
"""

import re
from os.path import commonprefix

ESCAPES = re.compile(
    r"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07\x1b\n]{0,200}(?:\x07|\x1b\\)|[=>]|\([AB0])"
)
RETURNS = re.compile(r"\r+(?=\n)|^\r+", re.MULTILINE)  # `script` writes one before the output, too
AFTER = r"(?: .*)?$"
PROMPT = (
    r"\s*(?:\([^\s()]{1,40}\) )?(?:"
    rf"[$%]{AFTER}"
    rf"|\[?[\w.-]{{1,64}}@[\w.-]{{1,64}}[: ][^$#%>]{{0,200}}[$#%>]{AFTER}"
    rf"|(?:ba|z|k|da)?sh-[0-9.]{{1,10}}[$#]{AFTER}"
    r"|(?:PS )?[A-Za-z]:\\[^>]{0,200}>.*$"
    r"|[~/][\w./~-]{0,200} ?[$#%>] .*$)"
)
COMMAND = (
    r"\s*(?:[#>+] ?)?(?:sudo |time )?(?:[\w./~-]{0,100}/)?"
    r"(?:ping6?|fping6?|mtr|netperf|iperf3|sockperf|qperf|wrk2?|fortio|autocannon|vegeta|k6|oha"
    r"|bombardier|psping) \S.*$"
)
SCRIPT = r"Script (?:started|done)\b.*$"
FENCE = re.compile(r"\s*(?:```|~~~)[\w+-]*\s*$")
FLOOD = r"[.EC ]*\x08[.EC \x08]*$"  # what ping -f draws
INTERRUPT = "^C"
QUOTE = re.compile(r"^\s*> ?")
AROUND = re.compile("|".join((PROMPT, COMMAND, SCRIPT, FLOOD)))


def unwrapped(text: str) -> str:
    """The output alone: without colours, prompts, commands, fences, quoting and indentation."""
    lines = RETURNS.sub("", ESCAPES.sub("", text)).split("\n")
    lines = [line.rpartition("\r")[2] for line in lines]  # a bar of progress, written over itself
    lines = _unfenced([line.removeprefix(INTERRUPT) for line in lines])
    lines = _unquoted(lines)
    lines = ["" if AROUND.match(line) else line for line in lines]
    return "\n".join(_dedented(lines))


def _unfenced(lines: list[str]) -> list[str]:
    """Inside the one block of code that there is; of several, all without their fences."""
    fences = [at for at, line in enumerate(lines) if FENCE.match(line)]
    first, last = fences if len(fences) == 2 else (-1, len(lines))
    outside = {*fences, *range(first), *range(last, len(lines))}
    return ["" if at in outside else line for at, line in enumerate(lines)]


def _unquoted(lines: list[str]) -> list[str]:
    """Without the mark that mails and Markdown put before every line of a quotation."""
    if not all(QUOTE.match(line) for line in lines if line.strip()):
        return lines
    return [QUOTE.sub("", line, count=1) for line in lines]


def _dedented(lines: list[str]) -> list[str]:
    margin = commonprefix(
        [line[: len(line) - len(line.lstrip())] for line in lines if line.strip()]
    )
    return [line.removeprefix(margin) for line in lines] if margin else lines
