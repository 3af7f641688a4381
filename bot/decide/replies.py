"""Mails without a file: which of them speak to a person, and which have only forgotten their attachment."""

import re

from bot.decide.asks import other_channel
from bot.decide.mail_words import own_text, tags_in
from bot.text.accents import fold

# What a clerk writes who has something to say instead of something to send (folded). The notices ask for such replies.
_ASKS = re.compile(
    r"\b(?:gia han|lui (?:han|thoi han|thoi gian)|kenh khac|truc lien thong|phan mem quan ly van ban|qlvb|ioffice"
    r"|khong phat sinh|khong co (?:phat sinh|so lieu)|gui (?:ban giay|qua buu dien)|da gui (?:qua|bang)"
    r"|cho hoi|xin hoi|vuong mac|de nghi huong dan|bao cao (?:thay|chung)"
    r"|extension|more time|another channel|nothing to report)\b"
)


def asks_a_person(subject: str, body: str) -> str:
    """The words for which a person must read this mail, empty when there are none.

    `subject` and `body` are as parsed; what the body quotes does not count. A round's tag in the subject makes it an
    answer to a notice, whatever the mail program did to the thread.
    """
    tags = tags_in(subject)
    if tags:
        return tags[0].found
    found = _ASKS.search(fold(f"{subject}\n{own_text(body)}"))
    return found[0] if found else other_channel(body)
