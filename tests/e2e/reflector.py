"""A page that says what a test wants it to say, as a reflector of somebody
else's would."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Reflector:
    """Answers each GET with `status`, `headers` and `body`, which may be changed
    at any time; `targets` are those that were asked for."""

    def __init__(self, host="127.0.0.1", body="", status=200, headers=()):
        self.body, self.status, self.headers = body, status, dict(headers)
        self.targets: list[str] = []
        self._server = _server_class(host)((host, 0), _handler_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._server.server_port}/ip"

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _server_class(host):
    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

    return Server


def _handler_for(reflector):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            reflector.targets.append(self.path)
            body = reflector.body.encode()
            self.send_response(reflector.status)
            for name, value in reflector.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler
