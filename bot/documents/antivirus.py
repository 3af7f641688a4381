"""The virus scanner: a file's bytes to ClamAV's daemon and its word back (clamd, INSTREAM; see clamd(8)).

Flow: one connection a file → the command → the bytes in pieces, each with its length in front → one line of answer.
`ping` asks for the scanner's version and the age of its signatures.

Failure policy: what is clean is None, what is not has the scanner's name for it. A scanner that cannot be reached,
falls silent or answers nonsense is a `ScannerDownError`: the file waits, it does not pass. A file that the scanner
will not look at (its own size limit) is a `ScannerRefusedError`: a person must look.
"""

import re
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_PIECE = 1 << 16
_MOST_ANSWER = 4_096
_FOUND = re.compile(r"^stream: (?P<signature>.+) FOUND$")
_ADDRESS = re.compile(r"^(?:unix:(?P<path>/.+)|(?:tcp:)?(?P<host>[^\s:/]+|\[[^\]]+\]):(?P<port>\d{1,5}))$")


class ScannerDownError(Exception):
    """The scanner gave no verdict; it may later. The sentence names it and says what happened."""


class ScannerRefusedError(Exception):
    """The scanner will never give a verdict on this file, with its own words."""


def is_address(text: str) -> bool:
    """Whether it is `unix:/path` or `host:port` with a port up to 65535."""
    found = _ADDRESS.match(text)
    return found is not None and (found["path"] is not None or 0 < int(found["port"]) < 65_536)


@dataclass(frozen=True, slots=True)
class Scanner:
    """clamd at `address` (`unix:/run/clamav/clamd.ctl` or `127.0.0.1:3310`). `seconds` are for one file as a whole."""

    address: str
    seconds: float = 60.0

    def scan(self, payload: bytes) -> str | None:
        """The scanner's name for what is in the file; None when it is clean.

        Raises ScannerDownError and ScannerRefusedError.
        """
        end = time.monotonic() + self.seconds
        with self._connected(end) as connection:
            try:
                connection.sendall(b"zINSTREAM\0")
                for start in range(0, len(payload), _PIECE):
                    piece = payload[start : start + _PIECE]
                    _until(connection, end)
                    connection.sendall(struct.pack("!L", len(piece)) + piece)
                connection.sendall(struct.pack("!L", 0))
            except (BrokenPipeError, ConnectionResetError):
                pass  # over its size limit it answers and hangs up before the end: the answer says so
            answer = self._answer(connection, end)
        if answer == "stream: OK":
            return None
        if found := _FOUND.match(answer):
            return found["signature"]
        if answer.endswith("ERROR") and "limit" in answer.lower():
            raise ScannerRefusedError(answer)
        raise ScannerDownError(f"ClamAV {self.address}: {answer or 'no answer'}")

    def ping(self) -> str:
        """What the scanner calls itself: version, number and day of its signatures. Raises ScannerDownError."""
        end = time.monotonic() + self.seconds
        with self._connected(end) as connection:
            connection.sendall(b"zVERSION\0")
            answer = self._answer(connection, end)
        if not answer.startswith("ClamAV"):
            raise ScannerDownError(f"ClamAV {self.address}: {answer or 'no answer'}")
        return answer

    @contextmanager
    def _connected(self, end: float) -> Iterator[socket.socket]:
        found = _ADDRESS.match(self.address)
        if found is None:
            raise ValueError(f"no address of clamd: {self.address!r}")
        try:
            if found["path"] is not None:
                connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            else:
                where = found["host"].strip("[]"), int(found["port"])
                connection = socket.create_connection(where, timeout=end - time.monotonic())
            with connection:
                if found["path"] is not None:
                    _until(connection, end)
                    connection.connect(found["path"])
                yield connection
        except TimeoutError as error:
            raise ScannerDownError(f"ClamAV {self.address}: no verdict within {self.seconds:g} s") from error
        except OSError as error:
            raise ScannerDownError(f"ClamAV {self.address}: {error.strerror or error}") from error

    def _answer(self, connection: socket.socket, end: float) -> str:
        """One answer, up to its NUL or the end of the connection."""
        said = bytearray()
        while b"\0" not in said and len(said) < _MOST_ANSWER:
            _until(connection, end)
            piece = connection.recv(_MOST_ANSWER)
            if not piece:
                break
            said += piece
        return bytes(said).partition(b"\0")[0].decode("utf-8", "replace").strip()


def _until(connection: socket.socket, end: float) -> None:
    """No single step may take longer than what is left of the whole."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)
