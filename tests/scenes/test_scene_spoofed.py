"""Mail in an agency's name over real servers: with the office's server vouching, with forged lines, and signed."""

from email import policy
from email.message import EmailMessage

from dns_server import dns_server
from scene_office import SceneOffice, address, at, reports
from signed_mails import records, signed

NOW = at(3, 1, 7)
MX = "mx.binhduong.example"
GOOD = "dmarc=pass header.from=binhduong.example"
FORGED = f"{MX}; {GOOD}"


def test_only_what_is_proven_counts(office: SceneOffice) -> None:
    """The topmost line is where the office's server would write it; Postfix puts its own Received above."""
    with dns_server(records("binhduong.example")) as dns:
        office.extra = {
            "THUKY_AUTHENTICATION__POLICY": "hold",
            "THUKY_AUTHENTICATION__AUTHSERV_ID": MX,
            "THUKY_AUTHENTICATION__DNS_SERVER": dns,
        }

        def send(agency: str, *lines: str, signer: str = "") -> EmailMessage:
            mail = EmailMessage(policy=policy.SMTP)
            for line in lines:
                mail["Authentication-Results"] = line
            mail["From"], mail["To"], mail["Subject"] = address(agency), office.box, "Bao cao quy I"
            mail["Message-ID"] = f"<{agency}-{len(lines)}-{signer}@binhduong.example>"
            mail.set_content("Kinh gui So Noi vu.\n")
            mail.add_attachment(
                reports(agency).narrative(), maintype="application", subtype="octet-stream", filename="Bao cao.docx"
            )
            raw = signed(mail.as_bytes(), signer) if signer else mail.as_bytes()
            office.servers.append(office.box, raw, NOW) if signer else office.servers.send(
                mail, "ke-gia@noikhac.example", [office.box]
            )
            return mail

        true = [
            send("stp", FORGED),
            send("stc", f"mx.noikhac.test; dmarc=fail header.from={'binhduong.example'}", FORGED),
            send("vpub", signer="binhduong.example"),
        ]
        false = [
            send("bao"),
            send("ptth", f"{MX}; dmarc=fail header.from=binhduong.example", FORGED),
            send("stttt", f"mx.noikhac.test; {GOOD}"),
            send("tdm", f'{MX}; spf=fail reason="{GOOD}" (dmarc=pass) smtp.mailfrom=noikhac.test'),
            send("ta", signer="noikhac.test"),
        ]
        office.once(NOW)
        assert [office.mail(m)["outcome"] for m in true] == ["accepted"] * len(true)
        assert [office.mail(m)["reason"] for m in false] == ["unauthenticated"] * len(false)
        for mail in false:
            agency = mail["From"].partition("@")[0]
            assert set(office.statuses(agency).values()) == {"open"}
            assert office.answers_to(mail, mail["From"]) == []
        for mail in true:
            assert office.answer_to(mail, mail["From"])
