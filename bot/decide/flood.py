"""Flood: which mails of a sender come on top of what one sender may send in an hour.

Flow: arrivals → by sender and folder, in the order in which they reached the server → those before which, within the
hour, as many had come already as the office lets through. What came is counted, not what became of it, so that neither
a restart nor a release changes the answer. Folders are counted apart: whoever fills Spam in an agency's name keeps
nothing of that agency's out of the inbox.

The coordinator and the office's own addresses are never over: a hundred decisions answered from one digest, or reports
handed on by a person, are work and no flood, and whoever is to be told of a flood must not be shut out by it. A mail
without a From address, or with several, is held unread anyway. Pure; never fails.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from bot.domain.mail import Arrival

WITHIN = timedelta(hours=1)


def over_limit(arrivals: Iterable[Arrival], *, most: int, exempt: Collection[str] = ()) -> frozenset[int]:
    """The ids of the mails before which `most` others of their sender came within an hour; none where `most` is 0.

    `arrivals` must reach an hour farther back than the first mail that is asked for.
    """
    if most <= 0:
        return frozenset()
    recent: defaultdict[tuple[str, str], deque[datetime]] = defaultdict(deque)
    over = set()
    for arrival in sorted(arrivals, key=lambda a: (a.received_at, a.mail_id)):
        if not arrival.sender or "," in arrival.sender or arrival.sender in exempt:
            continue
        window = recent[arrival.sender, arrival.folder]
        while window and window[0] <= arrival.received_at - WITHIN:
            window.popleft()
        if len(window) >= most:
            over.add(arrival.mail_id)
        window.append(arrival.received_at)
    return frozenset(over)
