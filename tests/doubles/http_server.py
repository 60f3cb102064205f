"""An HTTP server on loopback, for as long as it is needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

LOOK_S = 0.01  # how often it looks whether it is over; every half a second would be minutes a suite


@contextmanager
def http_server(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """Its port. Whoever is still being answered is not waited for: an attack may go on."""
    handler.disable_nagle_algorithm = True  # a head and its body are two: 40 ms an answer
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, args=(LOOK_S,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
