"""Reports of an example office's agencies, made from the office's own round and forms: whole and right unless told
otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scene_office import SceneOffice

from bot.demo import documents
from bot.domain.form import Form
from bot.text.periods import say_period

File = tuple[str, bytes]


@dataclass(frozen=True)
class Reports:
    """Makes the files of one agency. `superior` stands above it in the letterhead; empty for a people's committee."""

    office: SceneOffice
    agency: str
    superior: str = ""
    place: str = ""
    subject: str = "Kết quả công tác cải cách hành chính"
    day: date = date(2023, 3, 8)

    @property
    def name(self) -> str:
        return self.office.shipped.registry.get(self.agency).name

    @property
    def period(self) -> str:
        """As reports print it: `quý I năm 2023`."""
        period = self.office.round.period
        return say_period(period.kind.value, period.ordinal, period.year, "vi").replace("/", " năm ")

    def word(
        self,
        form: str,
        *,
        missing: Sequence[str] = (),
        more: Sequence[str] = (),
        below: str = "",
        said: Mapping[str, Sequence[str]] | None = None,
    ) -> File:
        """The narrative of the parts that are owed, with the parts above them; `more` are parts beyond."""
        outline, owed = self._owed(form)
        codes = {*(owed or (p.code for p in outline.parts if not p.optional)), *more}
        above = {part.parent for part in outline.parts if part.code in codes}
        parts = [p for p in outline.parts if p.code in codes | above]
        payload = documents.narrative(
            self.name,
            self.superior,
            self.period,
            parts,
            missing=missing,
            place=self.place,
            day=self.day,
            subject=self.subject,
            below=below,
            said=said,
        )
        return "Báo cáo.docx", payload

    def figures(self, values: Mapping[str, object], notes: Mapping[str, str] | None = None) -> File:
        """The statistics of the form `stats`, by row code."""
        form, _ = self._owed("stats")
        assert form.table is not None
        payload = documents.cchc_stats(
            self.name, self.period, form.table.rows, values=values, title=form.title, notes=notes
        )
        return "Biểu số liệu.xlsx", payload

    def scores(self, area: str, annex: str = "", broken: Mapping[str, object] | None = None) -> File:
        """The self-scoring table of an area."""
        rows = documents.sample_scores(area)
        payload = documents.selfscore(self.name, self.period, rows, annex=annex, break_cell=broken)
        return "Bảng tự chấm điểm.xlsx", payload

    def _owed(self, form: str) -> tuple[Form, tuple[str, ...]]:
        assignment = self.office.round.assignment(self.agency, form)
        return self.office.shipped.forms[form], assignment.parts if assignment else ()
