"""What the IMAP and the SMTP side share: one error, and how a connection is protected.

Failure policy: everything that goes wrong with a mail server is a `MailServerError`: a sentence with host and port,
never the password, and whether it may be better next time.
"""

import ipaddress
import ssl
from typing import Final

from bot.domain.mail import Endpoint, Security

_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "UNKNOWN_PROTOCOL"})
"""OpenSSL's words for a peer that answered in clear."""


class MailServerError(Exception):
    """A mail server did not do what was asked. `str()` is a sentence for people; `transient`: worth another try.

    `log_in`: it would not let us in; providers lock an account that knocks too often. `untrusted`: the connection is
    not protected as the settings ask (certificate, host name, no TLS where TLS is set).
    """

    def __init__(self, message: str, transient: bool, *, log_in: bool = False, untrusted: bool = False) -> None:
        super().__init__(message)
        self.transient = transient
        self.log_in = log_in
        self.untrusted = untrusted


def server_error(
    endpoint: Endpoint,
    protocol: str,
    what: object,
    *,
    transient: bool,
    log_in: bool = False,
    untrusted: bool = False,
) -> MailServerError:
    """The error with the server's place in front: `IMAP imap.example:993 (user baocao): …`."""
    user = f" (user {endpoint.user})" if endpoint.user else ""
    told = f"{protocol} {endpoint.host}:{endpoint.port}{user}: {without_password(endpoint, what)}"
    return MailServerError(told, transient, log_in=log_in, untrusted=untrusted)


def trust_error(endpoint: Endpoint, protocol: str, error: BaseException) -> MailServerError | None:
    """What is wrong where TLS itself is: a certificate that is not trusted, or a server that does not speak TLS here.
    None where TLS is not what failed, or only broke off.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            what = f"the server's certificate is not trusted: {seen.verify_message}"
            return server_error(endpoint, protocol, what, transient=False, untrusted=True)
        if isinstance(seen, ssl.SSLError) and seen.reason in _NO_TLS:
            what = f"the server does not speak TLS on this port ({seen.reason})"
            return server_error(endpoint, protocol, what, transient=False, untrusted=True)
        seen = seen.__cause__
    return None


def without_password(endpoint: Endpoint, what: object, *, whole: bool = False) -> str:
    """One line of what went wrong, or all of it; should a server repeat the password, it is blotted out."""
    text = str(what) if whole else " ".join(str(what).split()) or type(what).__name__
    return text.replace(endpoint.password, "***") if endpoint.password else text


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name alone: `localhost` or a loopback address, never by a look-up."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def require_protection(endpoint: Endpoint, protocol: str) -> None:
    """Raise `MailServerError` where the password would go over a network in clear."""
    if endpoint.security is Security.NONE and not is_loopback(endpoint.host):
        what = 'security = "none" is only for a server on this machine (127.0.0.1); set "tls" or "starttls"'
        raise server_error(endpoint, protocol, what, transient=False)


def tls_context(endpoint: Endpoint, protocol: str) -> ssl.SSLContext:
    """A context that verifies certificate and host name, against `ca_file` or else the system's authorities."""
    try:
        return ssl.create_default_context(cafile=endpoint.ca_file)
    except (OSError, ValueError) as error:
        what = f"ca_file {endpoint.ca_file} cannot be used: {error}"
        raise server_error(endpoint, protocol, what, transient=False) from error
