"""A chat room, or a pager, of somebody else's: it keeps what is posted to it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sandbox.patience import until


class Webhook:
    """Answers each POST with `status`, which may be changed at any time."""

    def __init__(self):
        self.status = 200
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/services/key"

    @property
    def posted(self) -> list[dict]:
        return [json.loads(body) for body in list(self.bodies)]

    def wait_for(self, count) -> list[dict]:
        until(lambda: len(self.bodies) >= count, lambda: f"{count} posts, saw {self.bodies}")
        return self.posted

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler_for(webhook):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = webhook.status  # which a test may change meanwhile
            if status == 200:
                webhook.headers.append(dict(self.headers))
                webhook.bodies.append(body)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler
