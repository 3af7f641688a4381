"""Mail that nobody asked for: strangers, machines, lists, bounces. Nobody of them gets an answer."""

from scene_office import BOX, COORDINATOR, PRIVATE, SceneOffice, address, all_three, at, kind, said


def test_an_unknown_sender_waits_for_the_coordinator_and_goes_on_when_bound(office: SceneOffice) -> None:
    bb = address("bb")
    sent = office.send(PRIVATE, "Báo cáo huyện Bàu Bàng quý I/2023", all_three("bb"))
    office.once(at(3, 5, 9))
    mail = office.mail(sent)
    assert (mail["outcome"], mail["reason"], mail["agency"]) == ("held", "unknown_sender", None)
    assert office.got(PRIVATE) == []

    office.once(at(3, 7, 8))
    (digest,) = [m for m in office.got(COORDINATOR) if m["X-Thuky-Key"] == "digest:2023-03-07"]
    assert PRIVATE in said(digest)
    assert "Báo cáo huyện Bàu Bàng quý I/2023" in said(digest)
    assert office.got(PRIVATE) == []

    bound = office.thuky("bind", PRIVATE.upper(), "bb", "--why", "Gọi điện xác nhận", "--who", "Minh Anh")
    assert bound.code == 0, bound.err
    office.once(at(3, 7, 18))
    mail = office.mail(sent)
    assert (mail["outcome"], mail["agency"]) == ("accepted", "bb")
    assert kind(office.answer_to(sent, PRIVATE)) == "receipt"
    assert [m for m in office.got(bb) if kind(m) == "receipt"] == []
    assert set(office.statuses("bb").values()) == {"fulfilled"}
    # Received when it came, not when it was decided.
    assert office.status("bb")["ii06"]["first_valid_at"] == "2023-03-05T09:00:00+07:00"

    again = office.send(PRIVATE, "Gửi lại", all_three("bb"))
    office.once(at(3, 7, 19))
    assert office.mail(again)["agency"] == "bb"


def test_automatic_mail_and_lists_are_ignored(office: SceneOffice) -> None:
    bc, da = address("bc"), address("da")
    office.once(at(3, 2, 8))
    (request,) = office.got(bc)
    away = office.send(
        bc,
        "Trả lời tự động: nghỉ phép",
        text="Tôi nghỉ phép đến hết ngày 08/3.\n",
        reply_to=request,
        headers={"Auto-Submitted": "auto-replied"},
    )
    bare = office.send(bc, "Tự động trả lời: tôi đi công tác", text="Tôi đi công tác.\n", reply_to=request)
    news = office.send(da, "Bản tin", all_three("da"), headers={"List-Id": "<tin.binhduong.example>"})
    spoofed = office.send(BOX, "Báo cáo quý I/2023", all_three("da"))
    office.once(at(3, 5, 9))
    assert [(office.mail(m)["outcome"], office.mail(m)["reason"]) for m in (away, bare, news, spoofed)] == [
        ("ignored", "auto_reply"),
        ("ignored", "auto_reply"),
        ("ignored", "mailing_list"),
        ("ignored", "own_mail"),
    ]
    assert [m["replies"] for m in office.mails()] == [[], [], [], []]
    assert office.outbox("receipt", "correction", "closed") == []
    office.once(at(3, 7, 8))
    (digest,) = [m for m in office.got(COORDINATOR) if m["X-Thuky-Key"] == "digest:2023-03-07"]
    assert "nghỉ phép" in said(digest)


def test_a_bounce_of_our_own_request_comes_home_and_stands_in_the_digest(office: SceneOffice) -> None:
    office.edit("agencies.toml", '{ address = "stc@binhduong.example" }', '{ address = "khongco@binhduong.example" }')
    office.once(at(3, 2, 8))
    office.once(at(3, 2, 18))
    (bounce,) = office.mails()
    assert (bounce["outcome"], bounce["reason"], bounce["replies"]) == ("ignored", "bounce", [])
    office.once(at(3, 3, 8))
    (digest,) = [m for m in office.got(COORDINATOR) if m["X-Thuky-Key"] == "digest:2023-03-03"]
    assert "khongco@binhduong.example" in said(digest)
    # The bounce of a bounce never starts: the mailbox holds the one, and nothing goes out on account of it.
    assert {m["kind"] for m in office.outbox()} <= {"request", "digest", "alert"}
    assert len(office.got(BOX)) == 1


def test_two_senders_and_none_are_held_and_never_answered(office: SceneOffice) -> None:
    """A From header with two people names nobody."""
    two = office.send(address("stp"), "Báo cáo quý I/2023", all_three("da"))
    raw = two.as_bytes().replace(b"From: stp@", b"From: stc@binhduong.example, stp@")
    raw = raw.replace(two["Message-ID"].encode(), b"<hai@binhduong.example>")
    office.servers.send(raw, address("stp"), [BOX])
    office.once(at(3, 5, 9))
    held = next(m for m in office.mails() if m["message_id"] == "<hai@binhduong.example>")
    assert (held["outcome"], held["reason"], held["replies"]) == ("held", "ambiguous_sender", [])
