"""Words for notices: the templates of one language, compiled once. Sole user of jinja2.

Flow: a template of `mail_templates/<language>/<kind>.j2` is rendered three times: its block `subject` alone, then the
whole as plain text, then the whole as HTML, each time in another layout. It holds the sentences once and draws them
with the macros of `ui`, of which `mail_templates/layout/` has a plain and an HTML version; so the two parts of a mail
cannot say different things. Values are escaped in HTML by jinja2; styles are put into the elements by css-inline,
which keeps the @media rules.

Failure: a template that is missing, does not compile or names something undefined raises jinja2.TemplateError; all
templates of the language are loaded at construction, so that most of these faults show at start.
"""

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from bot.domain.mail import NoticeKind
from bot.domain.office import Language

TEXT_WIDTH = 76
# Templates of notices that share their kind with another: questions, orders, the draft letter.
SHARED_KINDS = ("ask", "order", "letter")


@dataclass(frozen=True, slots=True)
class Rendered:
    """One notice in words: the verdict on one line, plain text with LF line ends, a whole HTML page."""

    headline: str
    text: str
    html: str


class Renderer:
    """The templates of one language. `filters` are available in all of them by name."""

    def __init__(self, templates: Path, language: Language, filters: Mapping[str, Callable[..., Any]]) -> None:
        self._language = language
        self._plain = _environment(templates, "txt", language, filters)
        self._html = _environment(templates, "html", language, filters)
        self._inliner = css_inline.CSSInliner(
            keep_style_tags=True, keep_at_rules=True, remove_inlined_selectors=True, load_remote_stylesheets=False
        )
        for name in (*NoticeKind, *SHARED_KINDS):
            self._plain.get_template(f"{language}/{name}.j2")
            self._html.get_template(f"{language}/{name}.j2")

    def render(self, name: str, facts: Mapping[str, Any]) -> Rendered:
        """The notice in the words of that template. `facts` are what it names; jinja2.UndefinedError when one is
        missing.
        """
        plain = self._plain.get_template(f"{self._language}/{name}.j2")
        headline = _one_line(plain.render({**facts, "layout": "layout/subject.txt"}))
        facts = {**facts, "headline": headline}
        page = self._html.get_template(f"{self._language}/{name}.j2").render(facts)
        return Rendered(headline, _tidy(plain.render(facts)), self._inliner.inline(page))

    def word(self, name: str, *facts: object) -> str:
        """What the macro of that name in `_words.j2` makes of `facts`, as plain text."""
        return str(getattr(self._plain.globals["w"], name)(*facts)).strip()


class _Compiled(BytecodeCache):
    """What this process has compiled, by the template's place and source: a second renderer costs next to nothing.
    One for each flavour, since escaping is compiled in.
    """

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._code.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_COMPILED = {"txt": _Compiled(), "html": _Compiled()}


def _environment(
    templates: Path, flavour: str, language: Language, filters: Mapping[str, Callable[..., Any]]
) -> Environment:
    """An environment in which `layout`, `ui` (macros that draw) and `w` (fixed words of the language) are known
    everywhere.
    """
    environment = Environment(
        loader=FileSystemLoader(templates),
        # The plain part is no HTML: escaped, it would show `&amp;` to people.
        autoescape=flavour == "html",  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_COMPILED[flavour],
    )
    environment.filters.update(filters)
    environment.filters["one_line"] = _one_line
    environment.filters["filled"] = _filled
    environment.globals["lang"] = str(language)
    environment.globals["layout"] = f"layout/mail.{flavour}"
    # In this order: the words are drawn with the macros of `ui`.
    environment.globals["ui"] = environment.get_template(f"layout/ui.{flavour}").module
    environment.globals["w"] = environment.get_template(f"{language}/_words.j2").module
    return environment


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _filled(text: str, first: str = "", rest: str | None = None) -> str:
    """`text` as one paragraph of plain text; `first` stands before its first line, `rest` before the others."""
    return textwrap.fill(
        _one_line(text),
        TEXT_WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first) if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _tidy(text: str) -> str:
    """No blanks at line ends, never two empty lines together, one line end at the end."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
