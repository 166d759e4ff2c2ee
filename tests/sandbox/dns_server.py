"""The public zones, answered over UDP, so that a demonstration can dig them."""

import socket
import threading

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdatatype

from .http_server import LOOPBACK
from .resolver import Answer, resolve

MAX_PACKET_BYTES = 65535
MIN_REPLY_BYTES = 512  # RFC 1035 section 4.2.1: what any client takes
MAX_REPLY_BYTES = 4096  # RFC 6891 section 6.2.5, for a client that takes more


class DnsServer:
    def __init__(self, route53, port: int = 0):
        self._route53 = route53
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, port))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="sandbox-dns", daemon=True)
        self._closing = False

    def start(self):
        self._thread.start()

    def close(self):
        self._closing = True
        if self._thread.is_alive():
            # Closing a UDP socket wakes nobody who reads it; a packet does.
            self._socket.sendto(b"", (LOOPBACK, self.port))
            self._thread.join()
        self._socket.close()

    def _serve(self):
        while not self._closing:
            packet, peer = self._socket.recvfrom(MAX_PACKET_BYTES)
            if reply := self._answer(packet):
                self._socket.sendto(reply, peer)

    def _answer(self, packet):
        """Returns the reply to a packet; None if it is not a query at all."""
        try:
            query = dns.message.from_wire(packet)
            if query.flags & dns.flags.QR:  # never answer an answer
                return None
            return _encode(query, self._resolve(query))
        except (dns.exception.DNSException, ValueError):
            return None

    def _resolve(self, query):
        if query.opcode() != dns.opcode.QUERY:
            return Answer(dns.rcode.NOTIMP)
        if len(query.question) != 1:
            return Answer(dns.rcode.FORMERR)
        question = query.question[0]
        name = b".".join(question.name.labels[:-1]).decode("latin-1").lower()
        with self._route53.frozen_zones() as zones:
            return resolve(zones, name, dns.rdatatype.to_text(question.rdtype))


def _encode(query, answer):
    response = dns.message.make_response(query)
    response.set_rcode(answer.rcode)
    if answer.rcode != dns.rcode.REFUSED:
        response.flags |= dns.flags.AA
    response.answer = answer.answer
    response.authority = answer.authority
    room = min(max(MIN_REPLY_BYTES, query.payload), MAX_REPLY_BYTES)
    try:
        return response.to_wire(max_size=room)
    except dns.exception.TooBig:
        response.answer, response.authority = [], []
        response.flags |= dns.flags.TC
        return response.to_wire()
