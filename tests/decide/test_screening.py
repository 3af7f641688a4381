"""Which mail is taken in, which is ignored, which is held."""

from zoneinfo import ZoneInfo

import pytest

from bot.decide.screening import screen
from bot.domain.mail import Attachment, InboundMail, Outcome, Reason
from bot.domain.office import Coordinator, Office, WorkingTime

OFFICE = Office(
    name="Sở Nội vụ",
    address="baocao@binhduong.example",
    coordinator=Coordinator("Trần Văn A", "dieuphoi@binhduong.example"),
    working_time=WorkingTime(ZoneInfo("Asia/Ho_Chi_Minh")),
    own_addresses=frozenset({"bounces@binhduong.example"}),
    max_mail_bytes=1000,
)
SENDER = "stp@binhduong.example"
DAEMON = "mailer-daemon@mx.example"
GO_ON = (None, None)
OWN = (Outcome.IGNORED, Reason.OWN_MAIL)
BOUNCE = (Outcome.IGNORED, Reason.BOUNCE)
LIST = (Outcome.IGNORED, Reason.MAILING_LIST)
AUTO = (Outcome.IGNORED, Reason.AUTO_REPLY)
AMBIGUOUS = (Outcome.HELD, Reason.AMBIGUOUS_SENDER)
JUNK = (Outcome.IGNORED, Reason.JUNK)
TOO_BIG = (Outcome.HELD, Reason.TOO_BIG)


def invitation(method: bytes) -> Attachment:
    return Attachment("invite.ics", "text/calendar", b"BEGIN:VCALENDAR\r\n" + method, "0" * 64)


def mail(
    *senders: str,
    subject: str = "Báo cáo quý I/2023",
    return_path: str | None = SENDER,
    content_type: str = "multipart/mixed",
    attachments: tuple[Attachment, ...] = (),
    **headers: str | tuple[str, ...],
) -> InboundMail:
    senders = senders or (SENDER,)
    named = {k.replace("_", "-").lower(): (v,) if isinstance(v, str) else v for k, v in headers.items()}
    return InboundMail(
        sha256="0" * 64,
        size=100,
        message_id="<1@binhduong.example>",
        from_addresses=senders,
        from_name="",
        to_addresses=(OFFICE.address,),
        subject=subject,
        text="",
        attachments=attachments,
        headers={"from": (", ".join(senders),)} | named,
        return_path=return_path,
        content_type=content_type,
    )


def decide(
    message: InboundMail,
    *,
    is_ours: bool = False,
    is_coordinator: bool = False,
    has_documents: bool = False,
    size: int = 100,
    is_junk: bool = False,
) -> tuple[Outcome | None, Reason | None]:
    screening = screen(
        message,
        office=OFFICE,
        is_ours=is_ours,
        is_registered=True,
        is_coordinator=is_coordinator,
        has_documents=has_documents,
        size=size,
        is_junk=is_junk,
    )
    assert screening.why
    return screening.outcome, screening.reason


@pytest.mark.parametrize(
    ("message", "result"),
    [
        pytest.param(mail(), GO_ON, id="plain mail goes on"),
        pytest.param(mail(OFFICE.address), OWN, id="from the reporting mailbox itself"),
        pytest.param(mail("bounces@binhduong.example"), OWN, id="from another address of ours"),
        pytest.param(mail(X_Thuky_Key="receipt:1"), OWN, id="with our own key"),
        pytest.param(mail(OFFICE.address, SENDER), AMBIGUOUS, id="ours and another in From is nobody's"),
        pytest.param(
            mail(DAEMON, Content_Type='multipart/report; report-type="delivery-status"'),
            BOUNCE,
            id="a delivery report by its type",
        ),
        pytest.param(
            mail(content_type="multipart/report; report-type=delivery-status"), BOUNCE, id="whoever reports it"
        ),
        pytest.param(mail(DAEMON, return_path="<>", subject="?"), BOUNCE, id="a daemon with an empty return path"),
        pytest.param(mail("postmaster@mx.example", return_path="", subject="?"), BOUNCE, id="a postmaster likewise"),
        pytest.param(
            mail(DAEMON, subject="Undelivered Mail Returned to Sender"), BOUNCE, id="a daemon's usual subject"
        ),
        pytest.param(mail(DAEMON, subject="Thư không gửi được"), BOUNCE, id="a daemon's subject in Vietnamese"),
        pytest.param(mail(DAEMON, subject="?", X_Failed_Recipients="a@b.example"), BOUNCE, id="failed recipients"),
        pytest.param(
            mail("postmaster@stp.example", subject="Báo cáo quý I"), GO_ON, id="a postmaster may write a plain mail"
        ),
        pytest.param(mail(subject="Undelivered mail"), GO_ON, id="a person may write about undelivered mail"),
        pytest.param(mail(List_Id="<tin.example>"), LIST, id="List-Id"),
        pytest.param(mail(List_Post="<mailto:x@y.example>"), LIST, id="List-Post"),
        pytest.param(mail(List_Unsubscribe="<mailto:x@y.example>"), LIST, id="List-Unsubscribe"),
        pytest.param(mail(Precedence="List"), LIST, id="Precedence list"),
        pytest.param(mail(Auto_Submitted="auto-replied"), AUTO, id="auto-replied"),
        pytest.param(mail(Auto_Submitted="auto-generated (rfc 3834); x=y"), AUTO, id="auto-generated with parameters"),
        pytest.param(mail(Auto_Submitted="no"), GO_ON, id="Auto-Submitted no is a person"),
        pytest.param(mail(Auto_Submitted="No; x=y"), GO_ON, id="no with a parameter is a person"),
        pytest.param(mail(Auto_Submitted=("no", "auto-replied")), AUTO, id="any value of several counts"),
        pytest.param(mail(Precedence="bulk"), AUTO, id="Precedence bulk"),
        pytest.param(mail(Precedence="auto_reply"), AUTO, id="Precedence auto_reply"),
        pytest.param(mail(Precedence="first-class"), GO_ON, id="another precedence"),
        pytest.param(
            mail(content_type="multipart/report; report-type=disposition-notification"), AUTO, id="a read receipt"
        ),
        pytest.param(mail(attachments=(invitation(b"METHOD:REPLY"),)), AUTO, id="an answer to an invitation"),
        pytest.param(mail(attachments=(invitation(b"METHOD:REQUEST"),)), GO_ON, id="an invitation is from a person"),
        pytest.param(mail(SENDER, "x@y.example"), AMBIGUOUS, id="two From addresses"),
        pytest.param(mail(From=(SENDER, SENDER)), AMBIGUOUS, id="two From headers"),
    ],
)
def test_hard_signs_hold_with_and_without_documents(
    message: InboundMail, result: tuple[Outcome | None, Reason | None]
) -> None:
    assert decide(message, has_documents=False) == result
    assert decide(message, has_documents=True) == result


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(mail(X_Autoreply="yes"), id="X-Autoreply"),
        pytest.param(mail(X_Autorespond="x"), id="X-Autorespond"),
        pytest.param(mail(X_Auto_Response_Suppress="All"), id="X-Auto-Response-Suppress"),
        pytest.param(mail(subject="Automatic reply: Báo cáo"), id="Automatic reply"),
        pytest.param(mail(subject="Re: Out of Office: x"), id="Out of office in a reply"),
        pytest.param(mail(subject="Trả lời tự động: Báo cáo quý I"), id="Tra loi tu dong"),
        pytest.param(mail(subject="Tự động trả lời"), id="Tu dong tra loi"),
        pytest.param(mail(subject="Vắng mặt đến 15/3"), id="Vang mat"),
        pytest.param(mail(subject="Tôi đang nghỉ phép"), id="Nghi phep"),
        pytest.param(mail(return_path="<>"), id="an empty return path"),
    ],
)
def test_soft_signs_count_only_without_documents(message: InboundMail) -> None:
    assert decide(message, has_documents=False) == AUTO
    assert decide(message, has_documents=True) == GO_ON


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(mail(X_Auto_Response_Suppress="None"), id="nothing suppressed"),
        pytest.param(mail(subject="Công tác cải cách hành chính quý I"), id="cong tac is also work"),
        pytest.param(mail(subject="Báo cáo về việc vắng mặt"), id="absence in the middle"),
        pytest.param(mail(return_path=None), id="no return path known"),
    ],
)
def test_what_only_looks_automatic_goes_on(message: InboundMail) -> None:
    assert decide(message) == GO_ON


def test_what_we_sent_is_ours_whatever_it_says() -> None:
    assert decide(mail(List_Id="x"), is_ours=True) == OWN


def test_a_bounce_is_a_bounce_before_it_is_automatic() -> None:
    assert decide(mail(DAEMON, return_path="<>", Auto_Submitted="auto-replied")) == BOUNCE


def test_mail_from_nobody_is_held() -> None:
    message = InboundMail("0" * 64, 1, "", (), "", (), "", "", ())
    assert decide(message) == AMBIGUOUS


@pytest.mark.parametrize(("size", "result"), [(1000, GO_ON), (1001, TOO_BIG)])
def test_mail_over_the_limit_is_held(size: int, result: tuple[Outcome | None, Reason | None]) -> None:
    assert decide(mail(), size=size, has_documents=True) == result


@pytest.mark.parametrize(("has_documents", "outcome"), [(True, Outcome.HELD), (False, Outcome.IGNORED)])
def test_the_coordinators_own_mail(has_documents: bool, outcome: Outcome) -> None:
    message = mail("dieuphoi@binhduong.example")
    assert decide(message, is_coordinator=True, has_documents=has_documents) == (outcome, Reason.COORDINATOR_MAIL)


@pytest.mark.parametrize(
    ("message", "result"),
    [
        pytest.param(mail(), JUNK, id="a stranger's in Spam"),
        pytest.param(mail(List_Id="<tin.example>"), JUNK, id="whatever else it is"),
        pytest.param(mail(SENDER, "x@y.example"), JUNK, id="of nobody, too: it is not held"),
        pytest.param(mail(OFFICE.address), OWN, id="our own in Spam is our own"),
        pytest.param(mail(DAEMON, return_path="<>"), BOUNCE, id="a bounce in Spam is a bounce"),
    ],
)
def test_spam_of_strangers_is_ignored_and_never_held(
    message: InboundMail, result: tuple[Outcome | None, Reason | None]
) -> None:
    assert decide(message, is_junk=True, size=10_000, has_documents=True) == result
