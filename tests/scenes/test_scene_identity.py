"""Which mail is which, on a real Dovecot: what came before is not answered again, and what only looks like it is not
lost.
"""

from email.message import EmailMessage

from scene_office import BOX, KINDS, SceneOffice, address, at, kind, reports

MONDAY = at(3, 6)


def report(agency: str, message_id: str, *, table: bool = False, received: str = "", greeting: str = "") -> bytes:
    """That agency's narrative, or its table; `received` is a Received header, which each delivery has of its own."""
    mail = EmailMessage()
    if received:
        mail["Received"] = received
    mail["From"], mail["To"], mail["Subject"] = address(agency), BOX, "Báo cáo quý I/2023"
    mail["Date"] = "Mon, 06 Mar 2023 07:00:00 +0700"
    if message_id:
        mail["Message-ID"] = message_id
    mail.set_content(f"Kính gửi Sở Nội vụ, xin gửi báo cáo. {greeting}\n")
    cast = reports(agency)
    name, payload = ("II.06.xlsx", cast.ii06()) if table else ("Báo cáo.docx", cast.narrative())
    maintype, subtype = KINDS[name.rpartition(".")[2]]
    mail.add_attachment(payload, maintype=maintype, subtype=subtype, filename=name)
    return mail.as_bytes()


def became(office: SceneOffice) -> list[tuple[str, str, int | None]]:
    return [(m["outcome"], m["reason"] or "", m["duplicate_of"]) for m in office.mails()]


def answered(office: SceneOffice, *agencies: str) -> dict[str, int]:
    """How many answers each agency has got."""
    return {a: sum(kind(m) in ("receipt", "correction") for m in office.got(address(a))) for a in agencies}


def put_back(office: SceneOffice, raws: list[bytes]) -> None:
    """The mailbox is made anew with these mails: another UIDVALIDITY, UIDs from 1 on."""
    with office.servers.imap(BOX) as client:
        client.select("INBOX")
        client.uid("STORE", "1:*", "+FLAGS.SILENT", r"(\Deleted)")
        client.expunge()
    home = office.servers.place.folder / "mail" / BOX
    for left in [*home.rglob("dovecot-uidlist*"), *home.rglob("dovecot-uidvalidity*"), *home.rglob("dovecot.*index*")]:
        left.unlink()
    for raw in raws:
        office.servers.append(BOX, raw, at(3, 6, 7))


def test_mails_that_come_again_are_duplicates_and_others_are_not_lost(office: SceneOffice) -> None:
    """Two deliveries of one mail; one Message-ID over two reports; no Message-ID, twice the same and twice another."""
    to, cc = (
        report("stp", "<mot@stp.example>", received=f"from mx{n}.example by imap; Mon, 6 Mar 2023") for n in (1, 2)
    )
    raws = [
        to,
        cc,
        report("tdm", "<hai@tdm.example>"),
        report("tdm", "<hai@tdm.example>", table=True),
        nameless := report("stc", ""),
        nameless,
        report("ta", ""),
        report("ta", "", table=True),
    ]
    for raw in raws:
        office.servers.append(BOX, raw, at(3, 6, 7))
    office.once(MONDAY)
    first = [
        ("accepted", "ok", None),
        ("ignored", "duplicate", 1),
        ("accepted", "ok", None),
        ("accepted", "ok", None),
        ("accepted", "ok", None),
        ("ignored", "duplicate", 5),
        ("accepted", "ok", None),
        ("accepted", "ok", None),
    ]
    assert became(office) == first
    once_each = {"stp": 1, "tdm": 2, "stc": 1, "ta": 2}
    assert answered(office, *once_each) == once_each
    statuses = {a: office.statuses(a) for a in once_each}
    assert statuses["tdm"]["narrative"] == statuses["tdm"]["ii06"] == "fulfilled"
    replies = [m["replies"] for m in office.mails()]

    # A person moves a mail to another folder and back: another UID, the same mail.
    with office.servers.imap(BOX) as client:
        client.create("Da-xem")
        for source, target in (("INBOX", "Da-xem"), ("Da-xem", "INBOX")):
            client.select(source)
            client.uid("MOVE", client.uid("SEARCH", "ALL")[1][0].split()[0].decode(), target)
    office.once(at(3, 6, 9))
    assert became(office) == [*first, ("ignored", "duplicate", 1)]

    # The mailbox is restored from its own backup: whole, then with fewer mails. Another UIDVALIDITY each time: the
    # records stay those that they were.
    for kept in (raws, raws[2:4]):
        put_back(office, kept)
        office.once(at(3, 6, 10))
        assert became(office) == [*first, ("ignored", "duplicate", 1)]
    assert [m["replies"] for m in office.mails()[: len(first)]] == replies
    assert answered(office, *once_each) == once_each
    assert {a: office.statuses(a) for a in once_each} == statuses
    counts = {c["folder"]: (c["on_server"], c["missing"]) for c in office.thuky("digest", "--json").json["counts"]}
    assert counts["INBOX"] == (8, 0), "compared at ten, before the second loss"
