"""The virus scanner: clamd's words, and what becomes of its silence."""

import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from clamd_process import EICAR, Clamd, running_clamd

from bot.documents.antivirus import Scanner, ScannerDownError, ScannerRefusedError, is_address
from bot.documents.sandbox import Sandbox
from bot.domain.document import UnreadableReason


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("unix:/run/clamav/clamd.ctl", True),
        ("127.0.0.1:3310", True),
        ("tcp:clamd.example:3310", True),
        ("[::1]:3310", True),
        ("unix:clamd.ctl", False),
        ("/run/clamav/clamd.ctl", False),
        ("127.0.0.1", False),
        ("127.0.0.1:0", False),
        ("127.0.0.1:70000", False),
        ("", False),
    ],
)
def test_addresses(text: str, is_one: bool) -> None:
    assert is_address(text) is is_one


def zipped(payload: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bao-cao.xlsx", payload)
    return out.getvalue()


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    with running_clamd(tmp_path_factory.mktemp("clamd"), stream_bytes=3_000_000) as running:
        yield running


@pytest.mark.clamav
class TestReal:
    def test_what_is_clean_has_no_name_and_what_is_not_has_the_scanner_s(self, clamd: Clamd) -> None:
        scanner = Scanner(clamd.address)
        assert scanner.scan(b"") is None
        assert scanner.scan("Báo cáo quý I".encode() * 50_000) is None
        assert str(scanner.scan(EICAR)).startswith("Eicar-Test")
        assert str(scanner.scan(zipped(EICAR))).startswith("Eicar-Test"), "the scanner looks into archives itself"

    def test_a_file_over_its_limit_is_refused_and_does_not_pass(self, clamd: Clamd) -> None:
        with pytest.raises(ScannerRefusedError):
            Scanner(clamd.address).scan(bytes(4_000_000))

    def test_it_says_what_it_is(self, clamd: Clamd) -> None:
        assert Scanner(clamd.address).ping().startswith("ClamAV ")

    def test_nothing_is_read_or_unpacked_before_it_has_spoken(self, clamd: Clamd) -> None:
        sandbox = Sandbox(scanner=Scanner(clamd.address))
        read = sandbox.read(EICAR, "bao-cao.xlsx")
        assert (read.reason, read.detail.startswith("Eicar-Test")) == (UnreadableReason.INFECTED, True)
        fault = sandbox.unpack(zipped(EICAR), "bao-cao.zip").fault
        assert fault is not None and fault.reason is UnreadableReason.INFECTED
        assert sandbox.unpack(zipped(b"a report"), "bao-cao.zip").fault is None
        refused = sandbox.read(b"PK" + bytes(4_000_000), "to.xlsx")
        assert refused.reason is UnreadableReason.CRASHED, "a person must look"


@pytest.fixture
def liar() -> Iterator[Callable[[bytes], str]]:
    """Starts a server that takes a file and says something of the test's own; its address."""
    servers: list[socket.socket] = []

    def start(answer: bytes) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                while not connection.recv(65_536).endswith(b"\0\0\0\0"):
                    pass
                if answer:
                    connection.sendall(answer)
                else:
                    connection.recv(1)  # silent until the other side gives up

        threading.Thread(target=serve, daemon=True).start()
        return f"127.0.0.1:{server.getsockname()[1]}"

    yield start
    for server in servers:
        server.close()


@pytest.mark.parametrize(
    "answer",
    [b"stream: OK, mostly\0", b"OK\0", b"\xff\xfe\0", b"UNKNOWN COMMAND\0", b"stream: FOUND\0", b"stream: OK\n"],
)
def test_only_its_own_words_are_believed(liar: Callable[[bytes], str], answer: bytes) -> None:
    scanner = Scanner(liar(answer), 5.0)
    if answer == b"stream: OK\n":  # clamd ends lines so when asked without the z
        assert scanner.scan(b"x") is None
        return
    with pytest.raises(ScannerDownError):
        scanner.scan(b"x")


def test_silence_is_no_verdict(liar: Callable[[bytes], str]) -> None:
    with pytest.raises(ScannerDownError, match="no verdict within"):
        Scanner(liar(b""), 0.2).scan(b"x")


def test_nobody_there_is_no_verdict(tmp_path: Path) -> None:
    for address in (f"unix:{tmp_path}/no.ctl", "127.0.0.1:1"):
        with pytest.raises(ScannerDownError, match="ClamAV"):
            Scanner(address, 1.0).scan(b"x")
