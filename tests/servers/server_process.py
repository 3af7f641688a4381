"""Starting and ending real Dovecot and Postfix: in a temporary folder, on loopback, on ports that were free.

Flow: `start()` writes configuration and certificate, starts Dovecot and Postfix in the foreground as own children, and
returns when both greet. `stop()` ends these children, by the handles kept from starting them, and
removes the folder. Should the test process itself be killed, the kernel ends them (parent-death signal).

Failure policy: a port that somebody else took meanwhile means another try with new ports; any other fault raises
`ServersError` with what the server wrote.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Self

from server_certificate import write_certificate
from server_configs import (
    HOST,
    POSTFIX_QUEUE,
    Place,
    Ports,
    dovecot_config,
    postfix_main,
    postfix_master,
    postfix_refused,
)

PASSWORD = "bimat"
START_SECONDS, STOP_SECONDS, TRIES = 15.0, 10.0, 5
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


class ServersError(RuntimeError):
    """The servers did not start, or did not do what was waited for; the message holds their own words."""


class _PortTaken(ServersError):
    """Somebody else has one of the ports now."""


def missing_dovecot() -> str | None:
    """Why Dovecot cannot be started here; None when it can."""
    if not tool("dovecot") or not Path("/usr/lib/dovecot/imap").exists() or not Path("/usr/lib/dovecot/lmtp").exists():
        return "Dovecot is not installed (apt-get install dovecot-imapd dovecot-lmtpd)"
    return None


def missing_postfix() -> str | None:
    """Why Postfix cannot be started here; None when it can."""
    if not tool("postfix"):
        return "Postfix is not installed (apt-get install postfix)"
    if os.geteuid() != 0:
        return "Postfix starts as root only, and this is an ordinary user (run the tests as root)"
    return None


class ServerProcesses:
    """One Dovecot, and one Postfix unless `smtp` is False, with the same accounts.

    `accounts` are addresses, or addresses with passwords; the domains in them are local. The user name is the address.
    """

    def __init__(self, accounts: Iterable[str] | Mapping[str, str], *, smtp: bool = True) -> None:
        given = dict(accounts) if isinstance(accounts, Mapping) else dict.fromkeys(accounts, PASSWORD)
        self.accounts: dict[str, str] = {address.lower(): password for address, password in given.items()}
        self.domains = tuple(dict.fromkeys(address.rpartition("@")[2] for address in self.accounts))
        self.host = HOST
        self.password = PASSWORD
        self.with_smtp = smtp
        self._place: Place | None = None
        self._children: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def place(self) -> Place:
        """Folder, users and ports; raises `ServersError` when not started."""
        if self._place is None:
            raise ServersError("the mail servers are not running")
        return self._place

    @property
    def ports(self) -> Ports:
        """imap (plain or STARTTLS), imaps, smtp (no log-in), submission (STARTTLS, log-in), smtps (TLS, log-in)."""
        return self.place.ports

    @property
    def ca_file(self) -> Path:
        """The authority to trust."""
        return self.place.ca_file

    # Starting and stopping

    def start(self) -> None:
        """Start, on other ports when these were taken in between; raises `ServersError`."""
        for left in reversed(range(TRIES)):
            try:
                self._start_once()
                return
            except _PortTaken:
                self.stop()
                if not left:
                    raise
            except BaseException:
                self.stop()
                raise

    def stop(self) -> None:
        """End our own children, and them only, and remove the folder. May be called again."""
        for child in self._children:
            child.terminate()
        for child in self._children:
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, 9)  # each leads a session of its own: nobody else is in the group
                child.wait(STOP_SECONDS)
        self._children.clear()
        if self._place is not None:
            shutil.rmtree(self._place.folder, ignore_errors=True)
            self._place = None

    def _start_once(self) -> None:
        as_root = os.geteuid() == 0
        # Dovecot never serves mail as root; every Debian has the user `mail`.
        user = pwd.getpwnam("mail") if as_root else pwd.getpwuid(os.geteuid())
        # Not pytest's own folder: Postfix must be able to walk in, and the paths of sockets must stay short.
        folder = Path(tempfile.mkdtemp(prefix="thuky-mail-"))
        folder.chmod(0o755)
        group = grp.getgrgid(user.pw_gid).gr_name
        place = self._place = Place(folder, user.pw_name, group, Ports(*_free_ports(len(fields(Ports)))), as_root)
        for name in ("run", "state", "mail"):
            (folder / name).mkdir(mode=0o755)
        os.chown(folder / "mail", user.pw_uid, user.pw_gid)
        write_certificate(place)
        self.write_users()
        (folder / "dovecot.conf").write_text(dovecot_config(place, _dovecot_version()), "utf-8")
        self._spawn(tool("dovecot"), "-F", "-c", str(folder / "dovecot.conf"))
        if self.with_smtp:
            # Not `postfix start-fg`: its shell stands between us and the master, and would be all that we end.
            self._spawn(self._prepare_postfix(), "-s", "-c", str(folder / "conf"))
        self._until_greeted(place.ports.imap, folder / "dovecot.log")
        if self.with_smtp:
            self._until_greeted(place.ports.smtp, folder / "maillog")

    def _prepare_postfix(self) -> str:
        """Write Postfix's files and make its queue; gives the path of its master program.

        `postfix check` would make the queue too, and look over the whole installation for two seconds meanwhile.
        """
        folder = self.place.folder
        postfix, postdrop = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid
        for name in ("conf", "spool", "spool/pid", "data"):
            (folder / name).mkdir(mode=0o755)
        os.chown(folder / "data", postfix, -1)
        for name, (mode, group) in POSTFIX_QUEUE.items():
            queue = folder / "spool" / name
            queue.mkdir()
            os.chown(queue, postfix, postdrop if group else 0)
            queue.chmod(mode)
        daemons = subprocess.run(
            [tool("postconf"), "-d", "-h", "daemon_directory"], capture_output=True, text=True, check=True
        ).stdout.strip()
        (folder / "conf" / "main.cf").write_text(postfix_main(self.place, self.domains, daemons), "utf-8")
        (folder / "conf" / "master.cf").write_text(postfix_master(self.place), "utf-8")
        (folder / "conf" / "refused").write_text(postfix_refused(), "utf-8")
        for written in (folder / "conf").iterdir():
            os.utime(written, (0, 0))  # Postfix waits two seconds over a file that might still be being written
        return f"{daemons}/master"

    def _spawn(self, program: str, *arguments: str) -> None:
        # setpriv is in Debian's essential util-linux: should we be killed, the kernel ends what we started.
        command = ["setpriv", "--pdeathsig", "TERM", program, *arguments]
        with (self.place.folder / f"{Path(program).name}.out").open("wb") as out:
            self._children.append(
                subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, cwd="/"
                )
            )

    def _until_greeted(self, port: int, log: Path) -> None:
        """Wait for our own greeting on `port`; both servers greet only when they hold all of their ports."""
        limit = time.monotonic() + START_SECONDS
        while True:
            greeting = _greeting(port)
            if self.place.name in greeting:
                return
            ended = [child.returncode for child in self._children if child.poll() is not None]
            if greeting or ended or time.monotonic() > limit:
                said = tail(log) + "".join(tail(out) for out in self.place.folder.glob("*.out")) + greeting
                # Dovecot says that a port is taken; Postfix's master ends without a word, its log not yet being open.
                taken = greeting or (ended and not said) or re.search("address already in use", said, re.IGNORECASE)
                kind = _PortTaken if taken else ServersError
                raise kind(f"no mail server of ours on port {port}, ended with {ended}:\n{said}")
            time.sleep(0.01)

    def write_users(self) -> None:
        """Dovecot reads the file again when it has changed."""
        lines = (f"{address}:{{PLAIN}}{password}::::::\n" for address, password in self.accounts.items())
        users = self.place.folder / "users"
        users.write_text("".join(lines), "utf-8")
        users.chmod(0o644)


def tool(name: str) -> str:
    """The full path of a program, /usr/sbin included; empty when there is none."""
    return shutil.which(name, path=_PATH) or ""


def _dovecot_version() -> tuple[int, int]:
    said = subprocess.run([tool("dovecot"), "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"(\d+)\.(\d+)", said)
    if not found:
        raise ServersError(f"Dovecot does not say its version: {said!r}")
    return int(found[1]), int(found[2])


def _free_ports(count: int) -> list[int]:
    """Ports that nobody has at this moment; held together, so that all are different."""
    holders = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [holder.getsockname()[1] for holder in holders]
    for holder in holders:
        holder.close()
    return ports


def _greeting(port: int) -> str:
    """The first line that a server on `port` says; empty while nobody answers."""
    try:
        with socket.create_connection((HOST, port), timeout=5) as connection, connection.makefile("rb") as lines:
            return lines.readline().decode("utf-8", "replace")
    except OSError:
        return ""


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log; nothing when there is none."""
    if not log.exists():
        return ""
    kept = log.read_text("utf-8", "replace").splitlines()[-lines:]
    return "".join(f"  {line}\n" for line in kept)
