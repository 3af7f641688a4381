"""What a mail's writer says, sentence by sentence: without quotations, greeting and signature.

Mail programs break lines anywhere, so lines that run on are joined before sentences are parted. Pure; never fails.
"""

import re
from dataclasses import dataclass

from bot.decide.mail_words import own_text
from bot.text.accents import fold, nfc, squeeze

# Where the writer takes leave: what follows is a signature.
_LEAVE = re.compile(
    r"-- ?|[-_—=*~]{2,}|(?:xin )?(?:tran trong|chan thanh|kinh thu|than ai|than men|kinh chao|best regards|kind regards"
    r"|regards|sincerely|yours (?:sincerely|faithfully)|thanks(?: and (?:best )?regards)?|many thanks|thank you)"
    r"(?:[ ,]+(?:cam on|kinh chao|chao|cac|quy|anh|chi|co quan|so|noi vu|so noi vu|rat nhieu|nhieu|va|tran trong"
    r"|in advance|very much|you))*[ .,!/;]*"
    r"|sent from my .*|duoc gui tu .*|gui tu (?:iphone|dien thoai|gmail|outlook).*|noi nhan ?:.*"
)
_GREETING = re.compile(
    r"(?:kinh (?:gui|thua)|dear|chao|hi|hello|thua|gui (?:anh|chi|em|ban|cac|quy|so|phong|co|chu|bac|ong|ba))\b"
    r"(?:(?! (?:xin|cho|de nghi|gia han|khong|bao cao|nop)\b)[^.,;!?:]){0,80}[,:;.!]*"
)
_ITEM = re.compile(r"\s*(?:[-+*•–]|[0-9]{1,2}[.)]|[a-z][.)])\s")
_LABEL = re.compile(r"(?:v/v|ve viec|trich yeu|so|kinh gui)\b")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(/])(?:tp|tx|tt|th|h|q|p|x|dt|st|no|ths|ts|ong|ba|mr|mrs|ms|k/g|kg|v|s|t)\.$", re.IGNORECASE
)
_END = re.compile(r"[.!?;…]+[\"”’)]*\s+")
_WRAPPED = 50  # letters; a shorter line was ended by its writer, unless the next goes on in lower case
_MOST = 60  # sentences; nobody who asks for something needs more


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: as it stands (NFC, blanks squeezed) and folded."""

    text: str
    folded: str


def own_sentences(body: str) -> tuple[Sentence, ...]:
    """The sentences of a mail's body that are its writer's own; at most the first 60."""
    return sentences(own_text(body))


def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text up to where its writer takes leave; greetings and the letterhead's labels apart."""
    found: list[Sentence] = []
    for paragraph in _paragraphs(nfc(text)):
        for said in _parted(paragraph):
            found.append(Sentence(said, fold(said)))
    return tuple(found[:_MOST])


def _paragraphs(text: str) -> list[str]:
    paragraphs: list[str] = []
    runs_on = False
    for raw in text.splitlines():
        line = squeeze(raw)
        folded = fold(line)
        if not folded:
            runs_on = False
            continue
        if _LEAVE.fullmatch(folded):
            if paragraphs:
                break
            continue
        if _GREETING.fullmatch(folded):
            runs_on = False
            continue
        starts_anew = _ITEM.match(raw) is not None or _LABEL.match(folded) is not None
        if runs_on and paragraphs and not starts_anew and (len(paragraphs[-1]) >= _WRAPPED or line[:1].islower()):
            paragraphs[-1] = f"{paragraphs[-1]} {line}"
        else:
            paragraphs.append(line)
        runs_on = not line.endswith((".", "!", "?", ";", ":", "…"))
    return paragraphs


def _parted(paragraph: str) -> list[str]:
    parts: list[str] = []
    start = 0
    for end in _END.finditer(paragraph):
        if _ABBREVIATED.search(fold(paragraph[max(0, start) : end.start() + 1])):
            continue
        parts.append(paragraph[start : end.end()].strip())
        start = end.end()
    parts.append(paragraph[start:].strip())
    return [part for part in parts if part]
