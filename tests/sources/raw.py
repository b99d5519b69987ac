"""A server that says exactly the bytes it is told, for answers no library would send."""

import socket
import ssl
import threading
from collections.abc import Callable

Talk = Callable[[socket.socket], None]


def says(*parts: bytes) -> Talk:
    """Return a talk that sends these bytes and hangs up."""

    def talk(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return talk


class RawServer:
    """Listens on loopback, reads one request a connection, and lets `talk` answer it.

    With `tls` it speaks https; the context may be changed while it runs.
    """

    def __init__(self, talk: Talk, tls: ssl.SSLContext | None = None) -> None:
        self._talk = talk
        self.tls = tls
        self.n_connections = 0
        self.requests: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """The address of a file on it."""
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self.port}/data.csv"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.n_connections += 1
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                if self.tls is not None:
                    connection = self.tls.wrap_socket(connection, server_side=True)
                with connection:
                    self.requests.append(connection.recv(65536))
                    self._talk(connection)
            except OSError:
                """The other side had enough."""

    def close(self) -> None:
        """Stop listening."""
        self.closing.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()
