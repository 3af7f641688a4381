"""Mail in an agency's name: what nobody vouches for is held, changes nothing and gets no answer; true mail goes on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage

import pytest
from embedded_office import BOX, COORDINATOR, ROUND, STRANGER, Office, at, embedded_office
from signed_mails import records, signed

from bot.decide.trust import ABOUT
from bot.domain.decision import Action, Order
from bot.domain.mail import InboundRecord, Outcome
from bot.domain.round import ObligationStatus
from bot.domain.trust import AuthenticationRules, TrustPolicy
from bot.flows.order_links import link_for
from bot.mail.dns_txt import DnsError

BEFORE = at(3, 1, 7)
MX = "mx.binhduong.example"
GOOD = f"{MX}; dmarc=pass header.from=binhduong.example"
BAD = f"{MX}; dmarc=fail (p=REJECT) header.from=binhduong.example"
SILENT = f"{MX}; spf=pass smtp.mailfrom=noikhac.test"


class Dns:
    """Stands for the resolver: knows our test key, or is away."""

    def __init__(self, *domains: str) -> None:
        self.known, self.is_away = records(*domains), False
        self.asked: list[str] = []

    def __call__(self, name: str) -> bytes | None:
        self.asked.append(name)
        if self.is_away:
            raise DnsError("timed out")
        return self.known.get(name)


AGENCIES = iter(("vpub", "stc", "stttt", "ptth", "bao", "tdm", "ta", "da", "bc", "tu", "btu", "bb", "dt", "pg"))
"""Each case takes the next one: nobody has written before."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with embedded_office(tmp_path_factory.mktemp("spoofed"), BEFORE) as running:
        yield running


def under(office: Office, word: str, dns: Dns | None = None, **rules: object) -> None:
    """From now on that policy holds, and that DNS answers."""
    kept = AuthenticationRules(TrustPolicy(word), **({"authserv_id": MX} | rules))  # type: ignore[arg-type]  # by name
    mine = replace(office.services.office, authentication=kept)
    office.services = replace(office.services, office=mine, look_up_txt=dns or Dns())


def report(office: Office, line: str = "", sender: str = "") -> InboundRecord:
    """A whole report, or without a file where the agency owes other forms; what became of it."""
    code = sender or next(AGENCIES)
    headers = {"Authentication-Results": line} if line else {}
    return office.took(code, headers=headers)


def proof(record: InboundRecord) -> list[tuple[str, bool]]:
    return [(e.value, e.agrees) for e in record.evidence if e.about == ABOUT]


def nothing_happened(office: Office, record: InboundRecord) -> None:
    assert (record.outcome, record.reason) == (Outcome.HELD, "unauthenticated")
    assert office.answers(record) == []
    assert record.submissions == ()
    code = record.sender.partition("@")[0]
    assert {o.status for o in office.owed(code).values()} == {ObligationStatus.OPEN}
    assert office.got(code) == []


@pytest.mark.parametrize(
    ("word", "line", "goes_on", "evidence"),
    [
        ("off", BAD, True, []),
        ("note", GOOD, True, [("server_vouches", True)]),
        ("note", BAD, False, [("server_fail", False)]),
        ("note", SILENT, True, [("server_silent", False)]),
        ("note", "", True, [("unsigned", False)]),
        ("hold", GOOD, True, [("server_vouches", True)]),
        ("hold", BAD, False, [("server_fail", False)]),
        ("hold", SILENT, False, [("server_silent", False)]),
        ("hold", "", False, [("unsigned", False)]),
        ("hold", GOOD.replace(MX, "mx.noikhac.test"), False, [("unsigned", False)]),
    ],
)
def test_policy_by_what_the_server_says(
    office: Office, word: str, line: str, goes_on: bool, evidence: list[tuple[str, bool]]
) -> None:
    under(office, word)
    record = report(office, line)
    assert proof(record) == evidence
    if goes_on:
        assert (record.outcome, record.reason) == (Outcome.CORRECTION, "no_attachment")
        assert len(office.answers(record)) == 1
    else:
        nothing_happened(office, record)


def test_what_is_held_stands_in_the_page_and_goes_on_when_released(office: Office) -> None:
    under(office, "hold")
    report_file = [("Báo cáo.docx", office.cast("stp").narrative())]
    record = office.took("stp", report_file, headers={"Authentication-Results": BAD})
    nothing_happened(office, record)
    assert "stp@binhduong.example" not in office.services.store.last_heard(), "a dead address stays dead"
    assert office.services.store.mail(record.id).attachments, "it may hold a report: the agency is not reminded"
    said = " ".join(office.thuky("digest").out.split())
    assert "Thư ghi tên địa chỉ của Sở Tư pháp, nhưng máy chủ thư của đơn vị kiểm tra" in said
    assert "(dmarc=fail)" in said
    assert f"thuky release {record.id}" in said
    assert "Người gửi: máy chủ thư của đơn vị" in office.thuky("show", str(record.id)).out
    released = link_for(office.services, Order(Action.RELEASE, mail_id=record.id), office.clock.now())
    for line, reason in ((BAD, "order_refused"), ("", "order_refused"), (GOOD, "order")):
        headers = {"Authentication-Results": line} if line else {}
        office.mail(COORDINATOR, subject=released.subject, headers=headers)
        office.once()
        order = [m for m in office.services.store.mails() if m.sender == COORDINATOR][-1]
        assert order.reason == reason
    true = office.services.store.mail(record.id)
    assert (true.outcome, len(office.answers(true))) == (Outcome.ACCEPTED, 1)
    assert office.owed("stp")["narrative"].status is ObligationStatus.FULFILLED
    assert "stp@binhduong.example" in office.services.store.last_heard()


def test_the_true_copy_of_a_held_mail_is_no_duplicate(office: Office) -> None:
    under(office, "hold")
    code = next(AGENCIES)
    mail = office.mail(code)
    office.once()
    office.server.deliver(f"Authentication-Results: {GOOD}\r\n".encode() + mail.as_bytes(), BOX, [BOX])
    office.once()
    held, true = office.services.store.mails()[-2:]
    assert (held.reason, true.outcome) == ("unauthenticated", Outcome.CORRECTION)


def test_the_page_counts_what_went_on_without_proof(office: Office) -> None:
    under(office, "note")
    record = report(office, sender="vpub")
    assert record.id in office.thuky("digest", "--json").json["unproven"]
    assert "thư đã xử lý khi chưa xác thực được người gửi: thư số" in office.thuky("digest").out


def test_an_exempt_domain_goes_on_with_a_note_unless_it_is_shown_to_be_false(office: Office) -> None:
    under(office, "hold", exempt_domains=frozenset({"binhduong.example"}))
    assert report(office, BAD, sender="vpub").reason == "unauthenticated"
    record = report(office, sender="vpub")
    assert (record.outcome, proof(record)) == (Outcome.CORRECTION, [("unsigned", False)])


def test_strangers_and_automatic_mail_are_what_they_were_and_ask_dns_nothing(office: Office) -> None:
    dns = Dns("noikhac.test")
    under(office, "hold", dns)
    stranger = office.took(STRANGER, headers={"DKIM-Signature": "v=1; d=noikhac.test; s=t1"})
    assert (stranger.reason, proof(stranger), dns.asked) == ("unknown_sender", [], [])
    assert office.took("stc", headers={"Auto-Submitted": "auto-replied"}).reason == "auto_reply"


def deliver_signed(office: Office, domain: str = "binhduong.example", change: tuple[bytes, bytes] = (b"", b"")) -> None:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = "pg@binhduong.example", BOX, "Bao cao"
    mail["Message-ID"] = f"<signed-{len(office.services.store.mails())}@binhduong.example>"
    mail.set_content("Kinh gui So Noi vu, xin gui bao cao.\n")
    raw = signed(mail.as_bytes(), domain)
    assert change[0] in raw
    office.server.deliver(raw.replace(*change, 1), "x@noikhac.test", [BOX])


def last(office: Office, moment: datetime | None = None) -> InboundRecord:
    office.once(moment)
    return office.services.store.mails()[-1]


def test_where_the_server_writes_nothing_a_signature_proves_the_sender(office: Office) -> None:
    under(office, "hold", Dns("binhduong.example", "noikhac.test"))
    deliver_signed(office, "noikhac.test")
    assert proof(last(office)) == [("unsigned", False)]
    deliver_signed(office, change=(b"xin gui", b"xin gvi"))
    changed = last(office)
    assert (changed.reason, proof(changed)) == ("unauthenticated", [("signature_fail", False)])
    deliver_signed(office)
    true = last(office)
    assert (true.outcome, proof(true)) == (Outcome.CORRECTION, [("signature_holds", True)])
    line = (b"DKIM-Signature", f"Authentication-Results: {BAD}\r\nDKIM-Signature".encode())
    deliver_signed(office, change=line)
    assert proof(last(office)) == [("server_fail", False)], "the server's word stands before our own look"
    under(office, "hold", Dns("binhduong.example"), own_check=False)
    deliver_signed(office)
    assert proof(last(office)) == [("no_line", False)]


def test_an_order_is_judged_by_the_policy_too(office: Office) -> None:
    for word, line, reason in (("note", BAD, "order_refused"), ("hold", "", "order_refused"), ("note", "", "order")):
        under(office, word)
        sent = link_for(office.services, Order(Action.EXCUSE, ROUND, "pg"), office.clock.now())
        headers = {"Authentication-Results": line} if line else {}
        assert office.took(COORDINATOR, subject=sent.subject, headers=headers).reason == reason


STP = "stp@binhduong.example"
BOTH, TURNED = f"{STP}, evil@noikhac.test", f"evil@noikhac.test, {STP}"


FROMS = (
    (f"From: {STP} <evil@noikhac.test>", "evil@noikhac.test", "unknown_sender"),
    (f'From: "{STP}" <evil@noikhac.test>', "evil@noikhac.test", "unknown_sender"),
    (f'From: "Sở Tư pháp <{STP}>" <evil@noikhac.test>', "evil@noikhac.test", "unknown_sender"),
    (f"From: =?utf-8?q?{STP}?= <evil@noikhac.test>", "evil@noikhac.test", "unknown_sender"),
    ("From: =?utf-8?b?c3RwQGJpbmhkdW9uZy5leGFtcGxlPg==?= <evil@noikhac.test>", "evil@noikhac.test", "unknown_sender"),
    (f"From: evil@noikhac.test ({STP})", "evil@noikhac.test", "unknown_sender"),
    (f"From: ({STP}) evil@noikhac.test", "evil@noikhac.test", "unknown_sender"),
    (f"From: <@{STP}:evil@noikhac.test>", "evil@noikhac.test", "unknown_sender"),
    (f"From: <{STP}> <evil@noikhac.test>", BOTH, "ambiguous_sender"),
    (f"From: {STP}, evil@noikhac.test", BOTH, "ambiguous_sender"),
    (f"From: Nhom: {STP}, evil@noikhac.test;", BOTH, "ambiguous_sender"),
    ("From: Nhom:;", "", "ambiguous_sender"),
    (f"From: evil@noikhac.test\r\nFrom: {STP}", TURNED, "ambiguous_sender"),
    (f"From: {STP}\r\nfrom:\r\n {STP}", STP, "ambiguous_sender"),
    (f"X: y\rFrom: {STP}\r\nFrom: evil@noikhac.test", BOTH, "ambiguous_sender"),
    (f"From: evil@noikhac.test\r\nSender: {STP}", "evil@noikhac.test", "unknown_sender"),
    (f"From: evil@noikhac.test\r\nReply-To: {STP}", "evil@noikhac.test", "unknown_sender"),
    (f"From: evil@noikhac.test\r\nResent-From: {STP}", "evil@noikhac.test", "unknown_sender"),
    ("From: stp@xn--binhdng-4wa.example", "stp@xn--binhdng-4wa.example", "unknown_sender"),
    ("From: stp@bınhduong.example", "stp@bınhduong.example", "unknown_sender"),
    ("From: stp+x@binhduong.example", "stp+x@binhduong.example", "unknown_sender"),
    ("From: s\x00tp@binhduong.example", "s\ufffdtp@binhduong.example", "unknown_sender"),
    ("From: STP@BinhDuong.Example", STP, "no_attachment"),
)


def test_only_the_address_of_the_one_from_field_counts(office: Office) -> None:
    under(office, "off")
    told = len(office.outbox())
    for number, (field, _, _) in enumerate(FROMS):
        head = f"Message-ID: <{number}@x.test>\r\n{field}\r\nTo: {BOX}\r\nSubject: B\r\n\r\nxin gui bao cao\r\n"
        office.server.deliver(head.encode(), "evil@noikhac.test", [BOX])
    office.once()
    became = {m.message_id: (m.sender, m.outcome.value, m.reason) for m in office.services.store.mails()}
    for number, (field, sender, reason) in enumerate(FROMS):
        outcome = "correction" if reason == "no_attachment" else "held"
        assert became[f"<{number}@x.test>"] == (sender, outcome, reason), field
    assert [m.mail.to for m in office.outbox()[told:]] == [(STP,)]


def test_a_mail_waits_an_hour_for_dns_and_no_longer(office: Office) -> None:
    """The last one here: it moves the clock."""
    dns = Dns("binhduong.example")
    under(office, "hold", dns)
    now = office.clock.now()
    dns.is_away = True
    deliver_signed(office)
    first = last(office)
    assert (first.outcome, first.attempts) == (Outcome.RECEIVED, 0)
    dns.is_away = False
    assert last(office, now + timedelta(minutes=30)).outcome is Outcome.CORRECTION
    dns.is_away = True
    deliver_signed(office)
    assert last(office).outcome is Outcome.RECEIVED
    assert last(office, now + timedelta(minutes=89)).outcome is Outcome.RECEIVED
    after = last(office, now + timedelta(minutes=90))
    assert (after.reason, proof(after)) == ("unauthenticated", [("dns_down", False)])


def test_doctor_tells_the_policy_and_whether_the_server_writes_its_line(office: Office) -> None:
    def doctor(server: str) -> list[tuple[object, str]]:
        extra = {"THUKY_AUTHENTICATION__POLICY": "hold", "THUKY_AUTHENTICATION__AUTHSERV_ID": server}
        return [(r["ok"], r["message"]) for r in office.thuky("doctor", "--json", **extra).json
                if r["name"] == "Xác thực người gửi"]  # fmt: skip

    under(office, "off")
    office.took("stc", headers={"Authentication-Results": GOOD})
    policy_, seen = doctor(MX)
    assert policy_[0] is None
    assert "giữ lại" in policy_[1]
    assert seen[0] is True
    wrong = doctor("mx.binhduong.exmaple")[1]
    assert wrong[0] is None
    assert "kiểm tra lại authserv_id" in wrong[1]
    assert MX in wrong[1]
