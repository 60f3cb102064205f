"""Signs in to a fresh start over HTTP with the printed password, and gets a comparison."""

import http.cookiejar
import re
import sys
import urllib.parse
import urllib.request
from pathlib import Path

URL = "http://127.0.0.1:8000"
jar = http.cookiejar.CookieJar()
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))


def get(path: str, data: dict[str, str] | None = None) -> str:
    body = None if data is None else urllib.parse.urlencode(data).encode()
    with opener.open(URL + path, body, timeout=30) as reply:
        return str(reply.read().decode())


def first_match(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        sys.exit(f"first start: {pattern!r} is not in what was said")
    return match[1]


password = first_match(r"password (\S+) \(shown only now\)", Path(sys.argv[1]).read_text())
csrf = first_match(r'csrfmiddlewaretoken" value="([^"]+)"', get("/account/login/"))
home = get("/account/login/", {"login": "admin", "password": password, "csrfmiddlewaretoken": csrf})
page = " ".join(
    get(first_match(r'href="(/topologies/[0-9a-f-]{36}/)">reference-100tb', home)).split()
)
for figure in ("VPC peering is the cheapest option", "$1,676.73", "$2,121.00", "81.9%"):
    first_match(f"({re.escape(figure)})", page)
sys.stdout.write("first start: signed in, and the reference comparison is right\n")
