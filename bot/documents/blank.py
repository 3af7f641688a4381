"""Blank forms: a form's data and a few facts → the file that an agency fills in.

A table or list becomes a workbook (`blank_xlsx`), an outline a Word file (`blank_docx`). Both are tagged inside and in
plain sight with round, agency, form and version, so that the file names itself whoever sends it. The same arguments
give the same bytes. Failure policy: nothing here comes from outside; a form without table and parts is a ValueError.
"""

from bot.documents.blank_docx import make_docx
from bot.documents.blank_facts import DOCX_TYPE, XLSX_TYPE, BlankFacts, BlankRow
from bot.documents.blank_words import BlankWords
from bot.documents.blank_xlsx import make_xlsx
from bot.domain.form import Form

__all__ = ["DOCX_TYPE", "XLSX_TYPE", "BlankFacts", "BlankRow", "BlankWords", "make_blank"]


def make_blank(form: Form, facts: BlankFacts, words: BlankWords) -> bytes:
    """The blank form as the bytes of an .xlsx (table, list) or a .docx (outline). Raises ValueError as above."""
    return make_xlsx(form, facts, words) if form.table is not None else make_docx(form, facts, words)
