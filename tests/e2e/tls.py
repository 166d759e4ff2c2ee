"""A TLS front for the sandbox, which itself speaks plain HTTP."""

import socket
import ssl
import threading


class TlsFront:
    """Takes TLS on a port of localhost and passes what comes on to another."""

    def __init__(self, certificate_and_key, to_port: int):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate_and_key)
        self._to_port = to_port
        self._listener = socket.create_server(("localhost", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for each in self._open:
            each.close()

    def _accept(self):
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain):
        try:
            caller = self._context.wrap_socket(plain, server_side=True)
            behind = socket.create_connection(("127.0.0.1", self._to_port))
        except OSError:  # the caller does not believe the certificate
            return
        self._open += [caller, behind]
        threading.Thread(target=_pass_on, args=(behind, caller), daemon=True).start()
        _pass_on(caller, behind)


def _pass_on(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one of them is gone
