"""nginx and Caddy in front of the server, set up by the very files that
docs/PROXIES.md has people copy. Replaced are only ports, the paths of the
certificate and of files to serve."""

import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path

from sandbox.patience import PATIENCE_SECONDS

from . import wire

DOCS = Path(__file__).parents[2] / "docs"
NAME = "dyndns.example.org"  # in the files, and what wire.request() asks for
ATTEMPTS = 5

_NGINX = """\
{user}daemon off;
worker_processes 1;
pid {folder}/pid;
error_log stderr notice;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""

# What Caddy is told beside the file: ports, and that it is alone.
_CADDY = """\
{{
    admin off
    http_port {http_port}
    https_port {https_port}
    default_bind 127.0.0.1 [::1]
}}
"""


class Certificate:
    """Self-signed, for NAME and for this machine, in two files."""

    def __init__(self, folder: Path, days=2):
        self.path, self.key = folder / "fullchain.pem", folder / "privkey.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", str(days), "-subj", f"/CN={NAME}",
             "-addext", f"subjectAltName=DNS:{NAME},DNS:localhost,IP:127.0.0.1",
             "-keyout", self.key, "-out", self.path],
            check=True, capture_output=True,
        )  # fmt: skip

    def der(self) -> bytes:
        return ssl.PEM_cert_to_DER_cert(self.path.read_text())

    def context(self) -> ssl.SSLContext:
        """What a caller needs who believes this certificate, and no other."""
        return ssl.create_default_context(cafile=self.path)


class Caller(wire.Connection):
    """A connection from an address of the caller's choice, with TLS or not."""

    def __init__(self, address, source, context: ssl.SSLContext | None):
        plain = socket.create_connection(address, PATIENCE_SECONDS, (source, 0))
        self._socket = context.wrap_socket(plain, server_hostname=NAME) if context else plain
        self._received = b""


class TlsProxy:
    """One of the two, running. Kinds are "nginx" and "caddy"."""

    def __init__(self, kind: str, folder: Path, certificate: Certificate, server_port: int):
        self._certificate = certificate
        self.webroot = folder / "html"
        self.webroot.mkdir()
        write = {"nginx": self._write_nginx, "caddy": self._write_caddy}[kind]
        for _ in range(ATTEMPTS):
            # Nobody has them now. Should somebody take one at once, try others.
            self.http_port, self.https_port = _free_ports(2)
            self._start(*write(folder, server_port))
            if self._is_ready:
                return
            self.stop()
            if "already in use" not in self.log():
                break
        raise AssertionError(f"{kind} did not start:\n{self.log()}")

    # --- its life

    def _start(self, command, environment, ready):
        self._lines, self._is_ready, changed = [], False, threading.Event()
        # It ends with us, even if we are killed outright.
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

        def read():
            for line in self._process.stderr:
                self._lines.append(line)
                if ready in line:
                    self._is_ready = True
                    changed.set()
            changed.set()

        self._reader = threading.Thread(target=read, daemon=True)
        self._reader.start()
        assert changed.wait(PATIENCE_SECONDS), self.log()

    def stop(self) -> int:
        self._process.terminate()
        try:
            return self._process.wait(PATIENCE_SECONDS)
        finally:
            self._process.kill()
            self._process.wait()
            self._reader.join()
            self._process.stderr.close()

    def log(self) -> str:
        return "".join(self._lines)

    # --- what it is told

    def _write_nginx(self, folder, server_port):
        site = replaced(
            (DOCS / "proxies/nginx.conf").read_text(),
            {
                "listen 80;": f"listen 127.0.0.1:{self.http_port};",
                "listen [::]:80;": f"listen [::1]:{self.http_port};",
                "listen 443 ": f"listen 127.0.0.1:{self.https_port} ",
                "listen [::]:443 ": f"listen [::1]:{self.https_port} ",
                "127.0.0.1:8080;": f"127.0.0.1:{server_port};",
                f"/etc/letsencrypt/live/{NAME}/fullchain.pem": str(self._certificate.path),
                f"/etc/letsencrypt/live/{NAME}/privkey.pem": str(self._certificate.key),
                "/var/www/html": str(self.webroot),
            },
        )
        config = folder / "nginx.conf"
        # Its workers must reach the folder, which is the tester's alone.
        user = "user root;\n" if folder.owner() == "root" else ""
        config.write_text(_NGINX.format(folder=folder, site=site, user=user))
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
        command = [program, "-e", "stderr", "-p", folder, "-c", config]
        return command, {}, "start worker process "

    def _write_caddy(self, folder, server_port):
        tls = f"    tls {self._certificate.path} {self._certificate.key}\n"
        site = replaced(
            (DOCS / "proxies/Caddyfile").read_text(),
            {
                "127.0.0.1:8080": f"127.0.0.1:{server_port}",
                f"\n{NAME} {{\n": f"\n{NAME} {{\n{tls}",
            },
        )
        options = _CADDY.format(http_port=self.http_port, https_port=self.https_port)
        config = folder / "Caddyfile"
        config.write_text(options + site)
        home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        command = ["/usr/bin/caddy", "run", "--config", config, "--adapter", "caddyfile"]
        return command, home, "serving initial configuration"

    # --- its callers

    def call(self, scheme: str, source="127.0.0.2", to="127.0.0.1") -> Caller:
        if scheme == "https":
            return Caller((to, self.https_port), source, self._certificate.context())
        return Caller((to, self.http_port), source, None)


def replaced(text, places):
    for place, with_what in places.items():
        assert place in text, f"nothing to replace: {place}"
        text = text.replace(place, with_what)
    return text


def _free_ports(count):
    """Ports on which nobody listens, on either loopback address."""
    found = []
    while len(found) < count:
        with socket.socket(socket.AF_INET6) as six, socket.socket() as four:
            six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            four.bind(("127.0.0.1", 0))
            try:
                six.bind(("::1", four.getsockname()[1]))
            except OSError:
                continue
            port = four.getsockname()[1]
            if port not in found:  # the kernel may choose it again
                found.append(port)
    return found
