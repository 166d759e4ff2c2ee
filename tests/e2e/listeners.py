"""The kinds of listener that a server may have, each as its callers see it."""

from . import proxy, wire
from .service import Called, Service
from .tls_proxies import Certificate

# Of a server that has one of each, and the second plain one for IPv6.
EVERY_KIND = (
    "127.0.0.1:0,[::1]:0,proxy:127.0.0.1:0,tls:127.0.0.1:0,proxy:tls:127.0.0.1:0"
)
PLAIN, PLAIN_IPV6, PROXY, TLS, PROXY_TLS = range(5)
# The address's position there, and the header that comes first.
KINDS = {
    "plain": (PLAIN, None),
    "proxy v1": (PROXY, proxy.v1),
    "proxy v2": (PROXY, proxy.v2),
    "tls": (TLS, None),
    "proxy tls": (PROXY_TLS, proxy.v2),
}
CALLER = "198.51.100.7"  # whom a proxy names


def settings(certificate: Certificate) -> dict:
    """What such a server is told."""
    return {
        "DYNDNS_LISTEN": EVERY_KIND,
        "DYNDNS_TLS_CERTIFICATE": certificate.path,
        "DYNDNS_TLS_KEY": certificate.key,
    }


class Listener(Called):
    """One of a server's listeners, whose callers come in its way; `caller` is
    the address from which they come for the server."""

    def __init__(self, service: Service, kind: str, certificate: Certificate):
        position, self._header = KINDS[kind]
        self._address = service.addresses(5)[position]
        self._tls = certificate.context() if position in (TLS, PROXY_TLS) else None
        self.caller = CALLER if self._header else "127.0.0.1"

    def connect(self, address=None, *, source=None, tls=None) -> wire.Connection:
        """From `source` for the server; which has its address, and TLS or not."""
        assert address is None and tls is None
        more = {"source": source}
        if self._header:
            more = {"source": proxy.ADDRESS, "preface": self._header(source or self.caller)}
        return wire.Connection(self._address, tls=self._tls, **more)
