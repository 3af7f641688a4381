"""A token server on loopback, as an OAuth2 provider has it, and the introspection that Dovecot asks (RFC 7662).

Flow: `with TokenServer() as server`; `grant` gives refresh token → access token at POST /token; `lives` are the access
tokens that are good; GET or POST /introspect says so to Dovecot. `asked` keeps every form that came.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Self
from urllib.parse import parse_qs, urlsplit


class TokenServer:
    """`user` is whose tokens they are. `rotates`: each use of a refresh token gives another and ends the old one."""

    def __init__(self, user: str, *, rotates: bool = False, expires_in: int = 3600) -> None:
        self.user, self.rotates, self.expires_in = user, rotates, expires_in
        self.good = {"refresh-0"}
        self.lives: set[str] = set()
        self.asked: list[dict[str, str]] = []
        self.says: tuple[int, bytes] | None = None
        self._numbers = count(1)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                self.answer({k: v[0] for k, v in parse_qs(form).items()})

            def do_GET(self) -> None:
                self.answer({k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()})

            def answer(self, form: dict[str, str]) -> None:
                is_token = self.path.startswith("/token")
                code, body = outer.token(form) if is_token else outer.introspect(form)
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                if code == 302:
                    self.send_header("Location", "/token")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def token(self, form: dict[str, str]) -> tuple[int, bytes]:
        self.asked.append(form)
        if self.says is not None:
            return self.says
        if form.get("grant_type") != "refresh_token" or form.get("refresh_token") not in self.good:
            return 400, json.dumps({"error": "invalid_grant", "error_description": form.get("refresh_token")}).encode()
        number = next(self._numbers)
        answer: dict[str, object] = {"access_token": f"access-{number}", "token_type": "Bearer"}
        answer["expires_in"] = self.expires_in
        self.lives.add(f"access-{number}")
        if self.rotates:
            self.good = {f"refresh-{number}"}
            answer["refresh_token"] = f"refresh-{number}"
        return 200, json.dumps(answer).encode()

    def introspect(self, form: dict[str, str]) -> tuple[int, bytes]:
        token = form.get("token", "")
        good = token in self.lives
        return 200, json.dumps({"active": good, "username": self.user, "email": self.user, "scope": "mail"}).encode()
