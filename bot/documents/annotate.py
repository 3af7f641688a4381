"""The agency's own file with its faults marked in it: what goes back beside a correction.

Flow: kind by the bytes → macros, controls and signatures out → the marks of that kind in (`annotate_xlsx`: a yellow
cell with a comment; `annotate_docx`: a comment at the paragraph) → the package written again, in which every part that
nothing touched stands as it came. Marks that an earlier copy of ours left in the file go first, so that a file which
went to and fro carries only what is wrong now.

Failure policy: raises `Refused`: UNSUPPORTED for kinds that cannot be marked and where no mark has its place in the
file, else as the parts of the package have it. Deterministic: no clock, no chance.
"""

from collections.abc import Sequence

from bot.documents import annotate_docx, annotate_xlsx, kinds, macros, neutral
from bot.documents.limits import Limits, Refused
from bot.documents.parts import Parts
from bot.domain.document import FileKind, Mark, UnreadableReason


def annotate(payload: bytes, marks: Sequence[Mark], limits: Limits) -> bytes:
    """A copy of an .xlsx or .docx (or of its kin with macros or as a template, which it is no more) with the marks in
    it. Raises `Refused`.
    """
    identity = kinds.identify(payload)
    if identity.encrypted:
        raise Refused(UnreadableReason.ENCRYPTED, "an encrypted file cannot be marked")
    if identity.kind not in (FileKind.DOCX, FileKind.XLSX):
        raise Refused(UnreadableReason.UNSUPPORTED, f"{identity.kind} files cannot be marked")
    parts = Parts(payload, limits)
    macros.drop_macros(parts, limits)
    neutral.drop_fetches(parts)
    macros.drop_signatures(parts)
    macros.make_plain(parts)
    put_marks = annotate_xlsx.mark if identity.kind is FileKind.XLSX else annotate_docx.mark
    if not put_marks(parts, marks):
        raise Refused(UnreadableReason.UNSUPPORTED, "no mark has its place in this file")
    return parts.to_bytes()
