"""Access tokens for servers that take no password (XOAUTH2: Gmail, Microsoft 365).

Flow: `token()` gives the access token at hand until shortly before its end, then a new one for the refresh token
(RFC 6749, 6): one POST over verified TLS, its words by oauthlib. `token(refused)` is for a token that a mail server has
just turned away: another one, once. A provider may give a new refresh token along (Microsoft does, each time): it is
kept, and preferred for as long as the office's own is the one that it came from.

Failure policy: a `MailServerError` with a sentence that names the token server, never a token. One that the provider
refuses for good (`invalid_grant`: taken back, expired, password changed) is not asked for again for `REST_SECONDS`,
then twice as long, up to a day: who knocks for ever is locked out.
"""

import hashlib
import http.client
import json
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from oauthlib.oauth2 import MissingTokenError, OAuth2Error, WebApplicationClient

from bot.mail.connection import MailServerError, is_loopback

EARLY_SECONDS: Final = 120.0
"""So long before its end a token counts as over: a log-in takes its time."""
SHORTEST_SECONDS: Final = 60.0
REST_SECONDS: Final = 900.0
LONGEST_REST: Final = 86_400.0
ANSWER_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Grant:
    """What the office was given by its provider. `timeout` in seconds, of the whole request."""

    token_url: str
    client_id: str
    scope: str
    refresh_token: str = field(repr=False)
    client_secret: str = field(default="", repr=False)
    ca_file: str | None = None
    timeout: float = 30.0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token server that sends us elsewhere is none."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class TokenSource:
    """The tokens of one grant; may be used from several threads. `load` gives what `keep` was last given ("" before
    that), for the next process.
    """

    def __init__(self, grant: Grant, load: Callable[[], str], keep: Callable[[str], None]) -> None:
        self._grant = grant
        self._load = load
        self._keep = keep
        self._lock = threading.Lock()
        self._access = ""
        self._good_until = 0.0
        self._refusal: MailServerError | None = None
        self._rests_until = 0.0
        self._rest = REST_SECONDS

    def __repr__(self) -> str:
        return f"TokenSource({self._grant.token_url})"

    def token(self, refused: str = "") -> str:
        """An access token, another one than `refused`. Raises MailServerError."""
        with self._lock:
            if self._access and self._access != refused and time.monotonic() < self._good_until:
                return self._access
            if self._refusal is not None and time.monotonic() < self._rests_until:
                raise self._refusal
            self._access = ""
            try:
                self._refresh()
            except MailServerError as error:
                if not error.transient:
                    self._refusal, self._rests_until = error, time.monotonic() + self._rest
                    self._rest = min(self._rest * 2, LONGEST_REST)
                raise
            self._refusal, self._rest = None, REST_SECONDS
            return self._access

    def _refresh(self) -> None:
        client = WebApplicationClient(self._grant.client_id)
        refresh_token = self._kept() or self._grant.refresh_token
        secret = {"client_secret": self._grant.client_secret} if self._grant.client_secret else {}
        body = client.prepare_refresh_body(
            refresh_token=refresh_token, scope=self._grant.scope, client_id=self._grant.client_id, **secret
        )
        answer = self._post(body.encode("ascii"))
        try:
            told = client.parse_request_body_response(answer)
            access = str(told["access_token"])
            seconds = float(told.get("expires_in") or 3600)
        except MissingTokenError:  # a page of a proxy's, say
            raise self._error("an answer that makes no sense", transient=True) from None
        except OAuth2Error as error:
            # Its description is the provider's prose; the code is what RFC 6749 (5.2) names.
            raise self._error(f"the token server refuses: {error.error}", transient=False, log_in=True) from None
        except (ValueError, TypeError, KeyError, Warning):
            raise self._error("an answer that makes no sense", transient=True) from None
        self._access = access
        self._good_until = time.monotonic() + max(SHORTEST_SECONDS, seconds - EARLY_SECONDS)
        rotated = str(told.get("refresh_token") or "")
        if rotated and rotated != refresh_token:
            try:
                self._keep(json.dumps({"of": self._origin, "refresh_token": rotated}))
            except OSError as error:
                # Without it the next start may be refused; this one goes on, and says so while somebody can still act.
                raise self._error(f"a new refresh token could not be kept: {error.strerror}", transient=True) from None

    def _post(self, body: bytes) -> str:
        grant = self._grant
        place = urllib.parse.urlsplit(grant.token_url)
        if place.scheme != "https" and not (place.scheme == "http" and is_loopback(place.hostname or "")):
            raise self._error("token_url must begin with https://", transient=False)
        try:
            context = ssl.create_default_context(cafile=grant.ca_file)
            opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NoRedirect())
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
            request = urllib.request.Request(grant.token_url, body, headers)  # noqa: S310 - the scheme is known
            with opener.open(request, timeout=grant.timeout) as response:
                return str(response.read(ANSWER_BYTES).decode("utf-8"))
        except urllib.error.HTTPError as error:
            if 400 <= error.code < 500 and error.code not in (408, 429):
                return error.read(ANSWER_BYTES).decode("utf-8", "replace")
            raise self._error(f"the token server is not well (HTTP {error.code})", transient=True) from None
        except UnicodeDecodeError:
            raise self._error("an answer that makes no sense", transient=True) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, ssl.SSLCertVerificationError):
                what = f"the server's certificate is not trusted: {reason.verify_message}"
                raise self._error(what, transient=False, untrusted=True) from None
            what = f"no connection: {getattr(reason, 'strerror', None) or type(reason).__name__}"
            raise self._error(what, transient=True) from None

    @property
    def _origin(self) -> str:
        """Which of the office's refresh tokens it is, without telling it."""
        return hashlib.sha256(f"{self._grant.client_id} {self._grant.refresh_token}".encode()).hexdigest()

    def _kept(self) -> str:
        try:
            kept = json.loads(self._load() or "{}")
            return str(kept["refresh_token"]) if kept.get("of") == self._origin else ""
        except (OSError, ValueError, KeyError, AttributeError):
            return ""

    def _error(self, what: str, *, transient: bool, log_in: bool = False, untrusted: bool = False) -> MailServerError:
        host = urllib.parse.urlsplit(self._grant.token_url).netloc.rpartition("@")[2]
        remedy = "; have the office's access granted anew and set oauth2.refresh_token" if log_in else ""
        return MailServerError(f"OAuth2 {host}: {what}{remedy}", transient, log_in=log_in, untrusted=untrusted)
