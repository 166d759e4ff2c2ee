"""A server that speaks TLS on the second of its addresses."""

import ssl
import subprocess

from sandbox.patience import PATIENCE_SECONDS

from . import wire

LISTEN = "127.0.0.1:0,tls:127.0.0.1:0"


class TlsService:
    def __init__(self, service, certificate):
        self.service, self.certificate = service, certificate
        self.plain, self.address = service.addresses(2)

    def context(self, **attributes) -> ssl.SSLContext:
        context = self.certificate.context()
        for name, value in attributes.items():
            setattr(context, name, value)
        return context

    def connect(self, context=None, **more) -> wire.Connection:
        return self.service.connect(self.address, tls=context or self.context(), **more)

    def get(self, target, context=None, **more) -> wire.Reply:
        return self.service.get(target, address=self.address, tls=context or self.context(), **more)

    def answers(self) -> bool:
        return self.get("/check_ip").status == 200

    def openssl(self, *arguments, stdin=b"") -> str:
        """What s_client says, all of it."""
        done = subprocess.run(
            ["openssl", "s_client", "-connect", "{}:{}".format(*self.address), *arguments],
            input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        return done.stdout.decode("latin-1")

    def served(self) -> bytes:
        """The certificate that a new caller is shown."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with self.connect(context) as connection:
            return connection._socket.getpeercert(binary_form=True)
