"""The words in which a sentence names a day: patterns over folded text, for `bot.text.near_days`. No code but `number`.

Numbers and months may stand in words (`hai mươi tháng Ba`). Folded, `tháng sáu` is `tháng sau` and `tháng năm 2023` is
`3 tháng năm 2023`: these are no month here.
"""

import re

NUMBERS = ("mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi")
EN_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBER = rf"(?:[0-9]{{1,2}}|{'|'.join((*NUMBERS, *EN_NUMBERS))})"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(MONTHS)})[a-z]{{0,6}}"
EN_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
VI_DAYS = {"hai": 0, "2": 0, "ba": 1, "3": 1, "tu": 2, "4": 2, "nam": 3, "5": 3, "sau": 4, "6": 4, "bay": 5, "7": 5}
_UNIT = r"(?P<unit>ngay|hom|bua|tuan|days?|weeks?)(?P<working> lam viec)?"
LATE = (
    rf"(?<![a-z])(?:cham|muon|tre|them|sau (?:thoi )?han|gia han|lui|keo dai|hoan|doi|gian)"
    rf"(?:(?! (?:do|vi|boi|qua|da|tu|nhu"
    rf"|thu)\b) [a-z,]+)"
    rf"{{0,8}}? (?P<n>{NUMBER}) {_UNIT}(?! (?:qua|nay|truoc|vua|lien|cuoi))"
    rf"|(?<![a-z0-9])(?P<n2>{NUMBER})[ -](?:more |extra |additional |further )?(?P<working2>working |business )?"
    rf"(?P<unit2>day|week)s?(?:'s?)? (?:late|later|extension|delay|more)"
    rf"|(?<![a-z])(?:extension|extend(?:ed)?|delay(?:ed)?|postpone[a-z]*)[a-z ]{{0,20}} (?:of|by|for) (?P<n3>{NUMBER}) "
    rf"(?P<working3>working |business )?(?P<unit3>day|week)s?"
    rf"|(?<![a-z0-9])(?P<n4>{NUMBER}) (?:more|extra|additional|further) (?P<working4>working |business )?"
    rf"(?P<unit4>day|week)s?"
)
AHEAD = (
    rf"(?<![a-z0-9])(?P<n>{NUMBER}) {_UNIT} (?:nua|toi)(?![a-z])"
    rf"|(?<![a-z])(?:sau|trong(?: vong)?|in|within) (?P<n2>{NUMBER}) (?P<working2>working |business )?"
    rf"(?P<unit2>ngay|tuan|days?|weeks?)(?P<working3> lam viec)?(?! (?:qua|nay|vua|truoc|lien|cuoi))"
)
NUMERIC = (
    r"(?<![0-9a-z/.,-])(?P<d>[0-9]{1,2}) ?(?P<mark>[/.-]) ?(?P<m>[0-9]{1,2})(?:(?: ?(?P=mark) ?)(?P<y>[0-9]{4}"
    r"|[0-9]{2}))?"
    r"(?![0-9/%]|[.,-][0-9])"
)
LONG = r"(?<![0-9])(?P<d>[0-9]{1,2}) thang (?P<m>[0-9]{1,2})(?:,? nam (?P<y>[0-9]{4}))?(?![0-9])"
# Months in words count only behind what leads to a day: `3 tháng tư` may begin `3 tháng từ …`.
VI_MONTHS = {"gieng": 1, "mot": 1, "hai": 2, "ba": 3, "tu": 4, "bon": 4, "nam": 5, "bay": 7, "tam": 8, "chin": 9}
VI_MONTHS |= {"muoi": 10, "muoi mot": 11, "muoi hai": 12, "chap": 12}
_ONES = "mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin"
_SPOKEN = rf"(?:(?:(?:hai |ba )?muoi )?(?:{_ONES})|(?:hai |ba )?muoi)"
SPOKEN_MONTH = (
    r"(?<![a-z])(?:ngay|mung|mong|den|toi|sang|qua|truoc|vao|het|nhat|la)(?: (?:het|ngay|mung|mong))*"
    rf" (?P<d>[0-9]{{1,2}}|{_SPOKEN}) thang (?P<m>[0-9]{{1,2}}(?![0-9/])"
    rf"|{'|'.join(sorted(VI_MONTHS, key=len, reverse=True))})(?![a-z0-9])(?! (?:ngay|thang|[0-9]))"
    r"(?:,? nam (?P<y>[0-9]{4}))?(?![0-9])"
)
# `sau ngày 10/3 khoảng hai ngày`, `hai ngày kể từ ngày 10/3`: counted from a day that stands there.
_FROM = (
    r"(?:(?:thoi )?han|moc|ngay|hom|la| )*(?<![0-9])(?P<d>[0-9]{1,2})(?: ?[/.-] ?| thang )(?P<m>[0-9]{1,2})"
    r"(?:(?: ?[/.-] ?|,? nam )(?P<y>[0-9]{4}|[0-9]{2}))?(?![0-9/])"
)
_SOME = r"(?:(?:khoang|chung|tam|do|them|vao|cung) )*"
FROM_DAY = (
    rf"(?<![a-z])(?:sau|qua|ke tu|tinh tu) {_FROM}\)?,? {_SOME}(?P<n>{NUMBER}) {_UNIT}(?![a-z])(?! (?:nay|qua|truoc))"
)
BEFORE_FROM_DAY = rf"(?<![a-z0-9])(?P<n>{NUMBER}) {_UNIT},? (?:sau|ke tu|tinh tu) {_FROM}"
ISO = r"(?<![0-9])(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})(?![0-9])"
ENGLISH = (
    rf"(?<![0-9a-z])(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (?P<y>[0-9]{{4}}))?(?![a-z])"
    rf"|(?<![a-z]){_MONTH.replace('month', 'month2')} (?P<d2>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y2>[0-9]{{4}}))?"
    r"(?![0-9a-z])"
)
BARE = r"(?<![a-z0-9])(?:ngay|mung|mong) (?:mung |mong )?(?P<d>[0-9]{1,2})(?! ?[/.-] ?[0-9]| thang|[0-9]| ngay|[hg:])"
WEEKDAY = (
    r"(?<![a-z])(?:thu (?P<vi>hai|ba|tu|nam|sau|bay|[2-7])|(?P<sunday>chu nhat))(?![a-z0-9])"
    r"(?: tuan (?:(?P<this>nay)|(?P<next>sau|toi|ke tiep|tiep theo))(?![a-z]))?"
)
EN_WEEKDAY = rf"(?<![a-z])(?P<next>next )?(?P<en>{'|'.join(EN_DAYS)})(?P<next2> next week)?"
WEEK = r"(?<![a-z])(?:(?P<part>dau|giua|cuoi|het) )?tuan (?:(?P<this>nay)|(?P<next>sau|toi|ke tiep))(?![a-z])"
WEEKEND = r"(?<![a-z])cuoi tuan(?! (?:nay|sau|toi|qua|truoc))(?![a-z])"
EN_WEEK = r"(?<![a-z])(?P<end>end of )?(?P<next>next|this|the) week(?![a-z])"
MONTH_END = r"(?<![a-z])(?:cuoi|het) thang(?: (?:(?P<m>[0-9]{1,2})|(?P<next>sau|toi)|nay))?(?![a-z0-9])"
EN_MONTH_END = r"(?<![a-z])end of (?:this |the )?(?:(?P<next>next )?month)(?![a-z])"
CLOSE = (
    r"(?<![a-z])(?:ngay mai|(?:sang|chieu|trua|toi|den|het) mai|tomorrow|(?P<after>ngay (?:kia|mot)(?! [a-z]+ so))"
    r"|(?P<today>hom nay|(?:chieu|toi|trua) nay|today))(?![a-z])"
)
# Where accents are gone, `thứ tự` and `lần thứ hai` look like weekdays: a bare one counts only behind such a word.
WEEKDAY_LEAD = re.compile(
    r"(?:den|toi|sang|(?<!hom )qua|vao|het|truoc|nhat|la|chieu|trua|ngay|cuoi|gui|nop|hen|den het"
    r"|[0-9](?:h|g|gio)[0-9]{0,2}),? $"
)
WE_FOLLOW = re.compile(r" (?:em|e|minh|ben em|ben minh|don vi)(?: se| moi| xin)? (?:gui|nop)(?![a-z])")


def number(word: str) -> int:
    """The number that digits or words say: `15`, `hai`, `hai mươi lăm`, `two`."""
    if word.isdigit():
        return int(word)
    if word in EN_NUMBERS:
        return EN_NUMBERS.index(word) + 1
    tens, _, ones = word.rpartition("muoi")
    if not (tens or word.startswith("muoi")):
        return _one(word)
    return 10 * (_one(tens.strip()) if tens.strip() else 1) + (_one(ones.strip()) if ones.strip() else 0)


def _one(word: str) -> int:
    return {"lam": 5, "tu": 4}.get(word) or NUMBERS.index(word) + 1
