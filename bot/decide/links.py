"""Links to files that stand in a mail instead of the files: Google Drive, OneDrive, SharePoint and the like. Pure."""

import re

from bot.decide.mail_words import own_text

# Hosts from which offices share files; a link to anything else is no file.
_SHARES = re.compile(
    r"https?://(?:[a-z0-9-]+\.)*(?:drive\.google\.com|docs\.google\.com|1drv\.ms|onedrive\.live\.com|sharepoint\.com"
    r"|dropbox\.com|fshare\.vn|mediafire\.com|icloud\.com|box\.com|we\.tl|wetransfer\.com|mega\.nz|terabox\.com"
    r"|zalo\.me|drive\.vnpt\.vn)/[^\s<>\"')\]]+",
    re.IGNORECASE,
)


def shared_links(body: str) -> tuple[str, ...]:
    """The links to shared files in the sender's own words, each once, in order; quoted mails do not count."""
    return tuple(dict.fromkeys(link.rstrip(".,;") for link in _SHARES.findall(own_text(body))))
