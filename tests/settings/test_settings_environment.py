"""Variables over office.toml, places of the service's delays, passwords."""

from pathlib import Path

import pytest
from settings_folder import edit, good_folder

from bot.domain.mail import Security
from bot.domain.office import Language
from bot.mail.dns_txt import server_of
from bot.settings import ConfigurationError, load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return good_folder(tmp_path)


def test_variables_override_the_file(folder: Path, tmp_path: Path) -> None:
    settings = load(
        folder,
        {
            "THUKY_IMAP__HOST": "127.0.0.1",
            "THUKY_IMAP__PORT": "10143",
            "THUKY_IMAP__SECURITY": "none",
            "THUKY_SMTP__SECURITY": "starttls",
            "THUKY_SMTP__USER": "",
            "THUKY_DATA_DIR": str(tmp_path / "elsewhere"),
            "THUKY_ALLOW_TIME_TRAVEL": "true",
            "THUKY_LANGUAGE": "en",
            "THUKY_OFFICE__OWN_ADDRESSES": "A@noivu.example, b@noivu.example",
            "THUKY_DIGEST__AT": "09:30",
            "THUKY_POLL_SECONDS": "1",
            "THUKY_CONFIG": "ignored",
            "HOME": "/root",
        },
    )
    assert (settings.imap.host, settings.imap.port, settings.imap.security) == ("127.0.0.1", 10143, Security.NONE)
    assert (settings.smtp.port, settings.smtp.user) == (587, "")
    assert settings.data_dir == tmp_path / "elsewhere"
    assert settings.database_url == f"sqlite:///{tmp_path / 'elsewhere' / 'thuky.db'}"
    assert settings.allow_time_travel
    assert settings.language is Language.EN
    assert {"a@noivu.example", "b@noivu.example"} < settings.office.own_addresses
    assert settings.digest_at.hour == 9
    assert settings.poll_seconds == 1
    assert settings.warnings == ()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("THUKY_IMAP__PORT", "viele"),
        ("THUKY_POLL_SECONDS", "0"),
        ("THUKY_IMAP__POLL_SECONDS", "0"),
        ("THUKY_ALLOW_TIME_TRAVEL", "maybe"),
        ("THUKY_SMTP__SECURITY", "none"),
        ("THUKY_TIMEOUT_SECONDS", "soon"),
        ("THUKY_OFFICE__ADDRESS", "nobody"),
        ("THUKY_OFFICE__OWN_ADDRESSES", "a@noivu.example b"),
        ("THUKY_LIMITS__MAX_ATTEMPTS", "0"),
    ],
)
def test_faults_of_variables_name_them(folder: Path, variable: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, {variable: value})
    assert [(f.file, f.key) for f in caught.value.faults] == [("environment", variable)]


def test_a_variable_that_has_moved_is_a_fault_and_not_passed_over(folder: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, {"THUKY_ORDERS__AUTHSERV_ID": "mx.noivu.example"})
    (fault,) = caught.value.faults
    assert (fault.file, fault.key) == ("environment", "THUKY_ORDERS__AUTHSERV_ID")
    assert "THUKY_AUTHENTICATION__AUTHSERV_ID" in fault.expected


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        (" 192.0.2.53:5353 ", ("192.0.2.53", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
        ("[2001:db8::53]", ("2001:db8::53", 53)),
        ("192.0.2.53:0", None),
        ("192.0.2.53:65536", None),
        ("192.0.2.53:", None),
        ("192.0.2.53:٥٣", None),
        ("dns.noivu.example", None),
        ("", None),
    ],
)
def test_a_dns_server_is_an_address(text: str, server: tuple[str, int] | None) -> None:
    assert server_of(text) == server


def test_unknown_variables_are_warned_of(folder: Path) -> None:
    settings = load(folder, {"THUKY_IMAP__HOTS": "x", "THUKY_IMAP": "x"})
    assert [w.key for w in settings.warnings] == ["THUKY_IMAP", "THUKY_IMAP__HOTS"]


def test_delays_may_stand_beside_their_server_and_variables_win(folder: Path) -> None:
    edit(
        folder / "office.toml",
        ("[imap]\n", "[imap]\npoll_seconds = 7\ntimeout_seconds = 8\n"),
        ("[smtp]\n", "[smtp]\nretry_seconds = 9\nretry_max_seconds = 90\n"),
    )
    settings = load(folder, {})
    assert (settings.poll_seconds, settings.retry_seconds, settings.retry_max_seconds) == (7, 9, 90)
    assert (settings.imap.timeout, settings.smtp.timeout) == (8, 60)
    settings = load(folder, {"THUKY_POLL_SECONDS": "2", "THUKY_TIMEOUT_SECONDS": "3", "THUKY_SMTP__RETRY_SECONDS": "4"})
    assert (settings.poll_seconds, settings.retry_seconds) == (2, 4)
    assert (settings.imap.timeout, settings.smtp.timeout) == (3, 3)


def test_the_first_retry_is_never_longer_than_the_longest(folder: Path) -> None:
    settings = load(folder, {"THUKY_RETRY_MAX_SECONDS": "2"})
    assert (settings.retry_seconds, settings.retry_max_seconds) == (2, 2)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "mail.localhost", "LOCALHOST."]
)
def test_no_security_towards_loopback(folder: Path, host: str) -> None:
    assert load(folder, {"THUKY_SMTP__HOST": host, "THUKY_SMTP__SECURITY": "none"}).smtp.port == 25


@pytest.mark.parametrize("host", ["10.0.0.1", "0.0.0.0", "localhost.example", "127.0.0.1.example", "::2"])
def test_no_security_towards_nothing_else(folder: Path, host: str) -> None:
    with pytest.raises(ConfigurationError):
        load(folder, {"THUKY_SMTP__HOST": host, "THUKY_SMTP__SECURITY": "none"})


def test_default_ports(folder: Path) -> None:
    settings = load(folder, {})
    assert (settings.imap.port, settings.smtp.port) == (993, 465)
    assert load(folder, {"THUKY_IMAP__SECURITY": "starttls"}).imap.port == 143


class TestPasswords:
    def test_order_environment_credential_file(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "creds").mkdir()
        (tmp_path / "creds" / "imap_password").write_text("credential\n")
        (tmp_path / "secret").write_text("file words\r\n")
        (tmp_path / "secret").chmod(0o600)
        edit(folder / "office.toml", ("[imap]\n", '[imap]\npassword_file = "secret"\n'))
        credentials = {"CREDENTIALS_DIRECTORY": str(tmp_path / "creds")}
        assert load(folder, {}).imap.password == "file words"
        assert load(folder, credentials).imap.password == "credential"
        assert load(folder, {**credentials, "THUKY_IMAP__PASSWORD": " as it is "}).imap.password == " as it is "
        assert "file words" not in repr(load(folder, {}))

    def test_one_user_at_both_servers_needs_one_password(self, folder: Path) -> None:
        same = {"THUKY_IMAP__USER": "ai@x.example", "THUKY_SMTP__USER": "ai@x.example", "THUKY_IMAP__PASSWORD": "x"}
        settings = load(folder, same)
        settings.require_mail()
        assert settings.smtp.password == "x"
        assert load(folder, {**same, "THUKY_SMTP__PASSWORD": "y"}).smtp.password == "y"
        assert load(folder, {**same, "THUKY_SMTP__USER": "khac@x.example"}).smtp.password == ""

    def test_no_user_needs_no_password(self, folder: Path) -> None:
        load(folder, {"THUKY_SMTP__USER": "", "THUKY_IMAP__PASSWORD": "x"}).require_mail()

    @pytest.mark.parametrize("content", [None, "", "\n"])
    def test_a_useless_file_is_told_when_mail_is_needed(
        self, folder: Path, tmp_path: Path, content: str | None
    ) -> None:
        if content is not None:
            (tmp_path / "secret").write_text(content)
        settings = load(folder, {"THUKY_IMAP__PASSWORD_FILE": "secret", "THUKY_SMTP__USER": ""})
        with pytest.raises(ConfigurationError) as caught:
            settings.require_mail()
        assert [(f.file, f.key) for f in caught.value.faults] == [("environment", "THUKY_IMAP__PASSWORD_FILE")]

    def test_a_file_that_others_can_read_is_warned_of(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("x")
        (tmp_path / "secret").chmod(0o644)
        edit(folder / "office.toml", ("[smtp]\n", '[smtp]\npassword_file = "secret"\n'))
        assert [w.key for w in load(folder, {}).warnings] == ["smtp.password_file"]

    def test_an_authority_that_is_none(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "ca.pem").write_text("no certificate")
        passwords = {"THUKY_IMAP__PASSWORD": "x", "THUKY_SMTP__PASSWORD": "x"}
        settings = load(folder, {**passwords, "THUKY_SMTP__CA_FILE": "ca.pem"})
        assert settings.smtp.ca_file == str(tmp_path / "ca.pem")
        with pytest.raises(ConfigurationError) as caught:
            settings.require_mail()
        assert [f.key for f in caught.value.faults] == ["THUKY_SMTP__CA_FILE"]
