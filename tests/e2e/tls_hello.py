"""The first message of a TLS client, byte by byte: what no library on this
machine would still send."""

import socket
import struct
from dataclasses import dataclass

from sandbox.patience import PATIENCE_SECONDS

SSL_3, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 = 0x0300, 0x0301, 0x0302, 0x0303, 0x0304
HANDSHAKE, ALERT = 22, 21

# RFC 8446 6, RFC 7301 3.2
HANDSHAKE_FAILURE, DECODE_ERROR, PROTOCOL_VERSION = 40, 50, 70
ILLEGAL_PARAMETER, NO_APPLICATION_PROTOCOL = 47, 120

GROUPS, SIGNATURES, ALPN, VERSIONS, KEY_SHARES = 10, 13, 16, 43, 51
X25519, P_256 = 29, 23
ECDSA_SHA256, RSA_PSS_SHA256, RSA_SHA256 = 0x0403, 0x0804, 0x0401


def _sized(data: bytes, width: int) -> bytes:
    return len(data).to_bytes(width, "big") + data


def _words(values) -> bytes:
    return b"".join(struct.pack(">H", value) for value in values)


def extension(kind: int, data: bytes) -> bytes:
    return struct.pack(">H", kind) + _sized(data, 2)


def alpn(*protocols: bytes) -> bytes:
    return extension(ALPN, _sized(b"".join(_sized(each, 1) for each in protocols), 2))


def hello(version, ciphers, *extensions: bytes, compression=b"\0", offers=()) -> bytes:
    """A ClientHello in its record. `offers` are the versions of TLS 1.3's own
    extension, if it is to be there."""
    common = [
        extension(GROUPS, _sized(_words([X25519, P_256]), 2)),
        extension(SIGNATURES, _sized(_words([ECDSA_SHA256, RSA_PSS_SHA256, RSA_SHA256]), 2)),
    ]
    if offers:
        # The base point of X25519: a share whose secret is known.
        share = struct.pack(">H", X25519) + _sized(b"\x09" + bytes(31), 2)
        common += [
            extension(VERSIONS, _sized(_words(offers), 1)),
            extension(KEY_SHARES, _sized(share, 2)),
        ]
    body = struct.pack(">H", version) + bytes(32) + b"\0"
    body += _sized(_words(ciphers), 2) + _sized(compression, 1)
    body += _sized(b"".join([*common, *extensions]), 2)
    message = b"\x01" + _sized(body, 3)
    return struct.pack(">BH", HANDSHAKE, min(version, TLS_1_0)) + _sized(message, 2)


# What it was before TLS (the hello of SSL 2): no record, another message.
SSL_2 = b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + b"\x01\x00\x80" * 7 + bytes(16)


@dataclass(frozen=True)
class Answer:
    """Of the server's first message: either an alert or the choice it makes."""

    alert: int | None = None
    version: int | None = None
    cipher: int | None = None
    compression: int | None = None


def answer_to(address, data: bytes) -> Answer | None:
    """None: the server closed without a word."""
    with socket.create_connection(address, PATIENCE_SECONDS) as connection:
        connection.sendall(data)
        stream = connection.makefile("rb")
        try:
            header = stream.read(5)
        except ConnectionResetError:
            header = b""
        if not header:
            return None
        kind, _, length = struct.unpack(">BHH", header)
        message = stream.read(length)
    if kind == ALERT:
        assert len(message) == 2 and message[0] == 2  # fatal
        return Answer(alert=message[1])
    assert kind == HANDSHAKE and message[0] == 2  # ServerHello
    version = struct.unpack(">H", message[4:6])[0]
    rest = message[6 + 32 :]
    rest = rest[1 + rest[0] :]
    cipher, compression = struct.unpack(">HB", rest[:3])
    return Answer(version=version, cipher=cipher, compression=compression)
