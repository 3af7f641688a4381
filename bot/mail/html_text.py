"""HTML of a mail → its text, line breaks kept. Pure; one pass, linear in the input, whatever the markup.

Flow: tags are cut out one by one; those of blocks and rows break the line, cells are parted by a blank; the content
of style, script, head and title is dropped; entities are resolved last. Links that the text does not show (`href`)
are kept behind their words in angle brackets, since a report may come as a link only.

Failure policy: never raises. An unclosed tag or comment ends the text there.
"""

import html
import re
from typing import Final

from bot.mail.charsets import clean_text

MAX_HTML: Final = 4 * 2**20
_DROPPED: Final = frozenset({"style", "script", "head", "title", "noscript", "template", "svg"})
# fmt: off
_BREAKS: Final = frozenset((
    "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead",
    "tr", "ul",
))
# fmt: on
_OPENING: Final = re.compile(r"<(?=[A-Za-z/!?])")
"""Any other is a bare "less than"."""
_TAG_NAME: Final = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,30})")
_HREF: Final = re.compile(r"""href\s*=\s*["']?(https?://[^\s"'<>]{1,2000})""", re.IGNORECASE)
_CID: Final = re.compile(r"""cid:([^\s"'<>)&]{1,300})""", re.IGNORECASE)


def html_to_text(markup: str) -> str:
    """What a person sees of the HTML, in lines."""
    markup = markup[:MAX_HTML]
    lowered = markup.lower() if markup.isascii() else markup.translate(_ASCII_LOWER)
    out: list[str] = []
    links: list[str] = []
    position = 0
    while position < len(markup):
        opening = _OPENING.search(markup, position)
        if opening is None:
            out.append(_squeeze(markup[position:]))
            break
        start = opening.start()
        out.append(_squeeze(markup[position:start]))
        if lowered.startswith("<!--", start):
            position = _after(lowered, "-->", start + 4)
            continue
        tag = _TAG_NAME.match(lowered, start)
        position = _after(markup, ">", start + 1)
        name, closes = (tag[1], lowered[start + 1] == "/") if tag else ("", False)
        if name in _DROPPED and not closes:
            position = _after(lowered, ">", _after(lowered, f"</{name}", position))
        elif name == "a" and not closes:
            target = _HREF.search(markup, start, position)
            links.append(target[1] if target else "")
        elif name == "a" and links:
            link = links.pop()
            out.append(f" <{link}>" if link and link not in "".join(out[-3:]) else "")
        elif name in _BREAKS:
            out.append("\n")
        elif name in ("td", "th"):
            out.append(" ")
    return clean_text(re.sub(r" *\n *", "\n", re.sub(r"[ \t\xa0]+", " ", _resolve("".join(out)))))


def content_ids(markup: str) -> frozenset[str]:
    """The Content-IDs that the HTML shows as pictures, lower case, without angle brackets."""
    return frozenset(html.unescape(found).lower() for found in _CID.findall(markup[:MAX_HTML]))


_ASCII_LOWER: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def _after(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found + len(mark)


def _squeeze(text: str) -> str:
    return re.sub(r"[ \t\r\n\f]+", " ", text)


def _resolve(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # a numeric entity of thousands of digits
        return text
