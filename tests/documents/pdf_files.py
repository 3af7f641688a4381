"""PDF files by hand, so that pages, fonts and passwords are just what a test is about."""

import io

from pypdf import PdfReader, PdfWriter


def pdf(*pages: str) -> bytes:
    """One page for each text, its lines one under the other, in a font with a table to Unicode (as Word writes it)."""
    letters = sorted({char for page in pages for char in page if char != "\n"})
    codes = {char: number + 1 for number, char in enumerate(letters)}
    table = "".join(f"<{codes[c]:04X}> <{c.encode('utf-16-be').hex()}>\n" for c in letters)
    cmap = (
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange "
        f"{len(letters)} beginbfchar\n{table}endbfchar endcmap end"
    )
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
        b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[4 0 R]/ToUnicode 5 0 R>>",
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/A/DW 500"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(cmap), cmap.encode()),
    ]
    for number, page in enumerate(pages):
        shown = " ".join(f"<{''.join(f'{codes[char]:04X}' for char in line)}> Tj 0 -14 Td" for line in page.split("\n"))
        content = f"BT /F 12 Tf 50 700 Td {shown} ET".encode()
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>"
            % (7 + 2 * number)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def locked(payload: bytes, *, user: str, owner: str, algorithm: str = "AES-256") -> bytes:
    """The same with a password to open it (`user`) or only to change it (`owner`)."""
    writer = PdfWriter(PdfReader(io.BytesIO(payload)))
    writer.encrypt(user, owner, algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
