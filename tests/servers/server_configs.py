"""The texts of Dovecot's and Postfix's configuration for one temporary folder.

Pure: what goes in is a `Place` (folder, users, ports), what comes out is the file's text.
Dovecot 2.3 (Debian 12) and 2.4 (Debian 13) name the same things differently, so each has its own head; the services
below it read the same in both. Dovecot 2.3 refuses a block on one line, so no block is.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
FOLDERS = {"Sent": "\\Sent", "Drafts": "\\Drafts", "Junk": "\\Junk", "Trash": "\\Trash"}
REFUSED, BUSY = "refused", "busy"
"""Local parts that Postfix turns away while SMTP speaks, in every domain: for good (550), and for now (451)."""

_PRIVATE = (
    "active",
    "bounce",
    "corrupt",
    "defer",
    "deferred",
    "flush",
    "hold",
    "incoming",
    "private",
    "saved",
    "trace",
)
POSTFIX_QUEUE = {
    **dict.fromkeys(_PRIVATE, (448, False)),
    "public": (0o710, True),
    "maildrop": (0o730, True),
}
"""The folders of Postfix's queue: mode, and whether they belong to its group for local senders."""


@dataclass(frozen=True)
class Ports:
    """One port for each way in, all on loopback."""

    imap: int
    imaps: int
    smtp: int
    submission: int
    smtps: int


@dataclass(frozen=True)
class Place:
    """Where one pair of servers lives: its folder, whom the mail belongs to, its ports."""

    folder: Path
    mail_user: str
    mail_group: str
    ports: Ports
    as_root: bool

    @property
    def name(self) -> str:
        """What both servers say in their greeting, so that nobody else's are taken for them."""
        return self.folder.name

    @property
    def certificate(self) -> Path:
        """The chain that the servers show."""
        return self.folder / "server.pem"

    @property
    def key(self) -> Path:
        """The servers' private key."""
        return self.folder / "server.key"

    @property
    def ca_file(self) -> Path:
        """The authority that signed it; what a client is given as `ca_file`."""
        return self.folder / "ca.pem"

    @property
    def lmtp_socket(self) -> Path:
        """Where Dovecot takes mail from Postfix."""
        return self.folder / "run" / "lmtp"

    @property
    def auth_socket(self) -> Path:
        """Where Dovecot answers Postfix's questions about passwords."""
        return self.folder / "run" / "auth-postfix"


def dovecot_config(place: Place, version: tuple[int, int]) -> str:
    """dovecot.conf for `version` (major, minor)."""
    head = _DOVECOT_24 if version >= (2, 4) else _DOVECOT_23
    # As root Dovecot keeps its own unprivileged users; as anybody else everything runs as that one user, unjailed.
    users = (
        ""
        if place.as_root
        else f"""
default_internal_user = {place.mail_user}
default_internal_group = {place.mail_group}
default_login_user = {place.mail_user}
service imap-login {{
  chroot =
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
    )
    folders = "\n".join(
        f"  mailbox {name} {{\n    auto = subscribe\n    special_use = {use}\n  }}" for name, use in FOLDERS.items()
    )
    values = {
        "b": place.folder,
        "name": place.name,
        "user": place.mail_user,
        "group": place.mail_group,
        "host": HOST,
        "imap": place.ports.imap,
        "imaps": place.ports.imaps,
        "folders": folders,
        "users": users,
    }
    return (head + _DOVECOT_BOTH).format_map(values)


_DOVECOT_23 = """\
ssl_cert = <{b}/server.pem
ssl_key = <{b}/server.key
disable_plaintext_auth = no
mail_location = maildir:{b}/mail/%u
passdb {{
  driver = passwd-file
  args = username_format=%u {b}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={b}/mail/%u
}}
"""

_DOVECOT_24 = """\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
ssl_server_cert_file = {b}/server.pem
ssl_server_key_file = {b}/server.key
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {b}/mail/%{{user}}
passdb passwd-file {{
  passwd_file_path = {b}/users
}}
userdb static {{
  fields {{
    uid = {user}
    gid = {group}
    home = {b}/mail/%{{user}}
  }}
}}
"""

_DOVECOT_BOTH = """\
login_greeting = {name} ready.
base_dir = {b}/run
state_dir = {b}/state
log_path = {b}/dovecot.log
listen = {host}
protocols = imap lmtp
ssl = yes
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 200
auth_failure_delay = 0
namespace inbox {{
  inbox = yes
  separator = /
{folders}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0666
  }}
}}
service auth {{
  unix_listener auth-postfix {{
    mode = 0666
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
{users}"""


def postfix_main(place: Place, domains: tuple[str, ...], daemon_directory: str) -> str:
    """main.cf: local domains go to Dovecot, every other domain is swallowed, nothing ever leaves the machine.

    A local address without account is taken at first and comes back as a bounce to the envelope sender, because
    Dovecot refuses it; `REFUSED` and `BUSY` are turned away at RCPT already.
    """
    return f"""\
compatibility_level = 3.6
queue_directory = {place.folder}/spool
data_directory = {place.folder}/data
daemon_directory = {daemon_directory}
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {place.folder}/maillog
maillog_file_prefixes = {place.folder}
inet_interfaces = {HOST}
inet_protocols = ipv4
myhostname = mx.{domains[0]}
myorigin = {domains[0]}
smtpd_banner = $myhostname ESMTP {place.name}
mydestination =
alias_maps =
local_recipient_maps =
local_transport = error:no local users
mynetworks = 127.0.0.0/8
append_dot_mydomain = no
recipient_delimiter = +
virtual_mailbox_domains = {", ".join(domains)}
virtual_mailbox_maps = static:ok
virtual_transport = lmtp:unix:{place.lmtp_socket}
relay_domains =
default_transport = discard:not delivered by the tests' server
disable_dns_lookups = yes
message_size_limit = {60 * 2**20}
mailbox_size_limit = 0
virtual_mailbox_limit = 0
smtputf8_enable = yes
biff = no
notify_classes =
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
smtpd_sasl_type = dovecot
smtpd_sasl_path = {place.auth_socket}
smtpd_sasl_auth_enable = no
smtpd_tls_cert_file = {place.certificate}
smtpd_tls_key_file = {place.key}
smtpd_tls_security_level = may
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access regexp:{place.folder}/conf/refused, permit
minimal_backoff_time = 2s
maximal_backoff_time = 4s
queue_run_delay = 2s
in_flow_delay = 0
"""


def postfix_master(place: Place) -> str:
    """master.cf: 25 for everybody on loopback, submission by STARTTLS and by TLS for who logs in."""
    login = (
        "  -o smtpd_sasl_auth_enable=yes\n"
        "  -o smtpd_tls_auth_only=yes\n"
        "  -o smtpd_client_restrictions=permit_sasl_authenticated,reject\n"
    )
    ports = place.ports
    return f"""\
{HOST}:{ports.smtp} inet n - n - - smtpd
{HOST}:{ports.submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
{login}{HOST}:{ports.smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
{login}pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""


def postfix_refused() -> str:
    """The regexp table of who is turned away at RCPT."""
    return f"/^{REFUSED}@/ 550 5.1.1 no such mailbox\n/^{BUSY}@/ 451 4.2.1 mailbox busy, try again later\n"
