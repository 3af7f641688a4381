"""Certificates that are not to be trusted: expired, another host's, nobody's; and one that is."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.domain.mail import Endpoint, Security
from bot.mail import session, smtp_session
from bot.mail.connection import MailServerError

NOW = datetime.now(UTC)


def certificate(folder: Path, *, host: str = "localhost", until: datetime = NOW + timedelta(days=1)) -> Path:
    """A certificate that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=9))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return path


@contextmanager
def shows(path: Path, greeting: bytes) -> Iterator[int]:
    """A TLS server with that certificate, which greets and answers every line with an OK of both protocols."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), context.wrap_socket(client, server_side=True) as safe:
                safe.sendall(greeting)
                while said := safe.recv(1000):
                    tag = said.split(b" ")[0]
                    word = b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK x\r\n" if greeting[:1] == b"*" else b"250 x\r\n"
                    safe.sendall(word)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)


SIDES = [(session.probe, b"* OK hello\r\n"), (smtp_session.probe, b"220 hello\r\n")]


@pytest.mark.parametrize(("probe", "greeting"), SIDES)
@pytest.mark.parametrize(
    ("wrong", "trusted", "words"),
    [
        ({}, True, ""),
        ({}, False, "self-signed|self signed"),
        ({"host": "khac.example"}, True, "Hostname mismatch"),
        ({"until": NOW - timedelta(days=1)}, True, "expired"),
    ],
)
def test_certificates(
    tmp_path: Path,
    probe: Callable[[Endpoint], None],
    greeting: bytes,
    wrong: dict[str, object],
    trusted: bool,
    words: str,
) -> None:
    path = certificate(tmp_path, **wrong)  # type: ignore[arg-type]
    with shows(path, greeting) as port:
        endpoint = Endpoint("localhost", port, Security.TLS, "canbo", "bimat", str(path) if trusted else None, 5)
        if not words:
            probe(endpoint)
            return
        with pytest.raises(MailServerError, match=words) as caught:
            probe(endpoint)
        assert (caught.value.transient, caught.value.untrusted) == (False, True)
