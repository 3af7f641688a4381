"""Sentences that say that there is nothing to report, or that another agency reports. On folded sentences; pure.

Reports are full of `không phát sinh` and `tổng hợp, báo cáo`. What speaks of one kind of case only (`không phát sinh
hồ sơ trễ hạn`), under a condition, in a question or of reporting upwards is none of these. Never fails.
"""

import re
from collections.abc import Callable

_NO = r"(?:khong|ko|k|kg|khg|hong|chua)"
_THING = (
    r"(?:noi dung|so lieu|du lieu|thong tin|ho so|tthc|thu tuc hanh chinh|van ban|nhiem vu|hoat dong|bao cao"
    r"|tin,? bai|gi)"
)
_WHOLE = (
    r"(?: (?:nao|gi|ca|tthc|thu tuc hanh chinh|thu tuc|ho so|so lieu|du lieu|noi dung|thong tin|van ban|nhiem vu"
    r"|hoat dong"
    r"|tin bai|bao cao|phai|can|de|thuoc|cac|bat ky|mot|truong hop|vu viec|viec|cong viec|ve|trong|ky|quy|thang|nam"
    r"|nay|tren"
    r"|den|lien quan|cchc|cai cach hanh chinh|linh vuc|bieu|so|phan|theo|yeu cau|de cuong|mau|cua|tai|don vi|co quan"
    r"|xa|phuong"
    r"|so voi|thong ke|tong hop|[0-9][0-9/.]*|[ivx]+(?:/[0-9]{4})?"
    r"|a|nhe|het|luon|them noi dung|de bao cao|tiep nhan|giai quyet"
    r"|thuc hien"
    r"|bieu [a-z0-9./]+|kinh|bao cao so noi vu))*"
)
_STOP = (
    r"(?=$| ?[.,;!)(\"”]| (?:(?:anh|chi|ban|c|em) (?:nhe|nha|a|oi)\b|nen|do do|vi vay|kinh|xin|tran trong|vi|de nghi"
    r"|va de nghi|ma|thi|a$|so noi vu))"
)
_NOTHING = re.compile(
    rf"\b(?:{_NO} (?:co )?phat sinh|{_NO} co phat sinh(?: nao)?){_WHOLE}{_STOP}"
    rf"|\b(?:khong|ko|k|kg) (?:co|con) (?:bat ky )?{_THING}(?: (?:nao|gi))?(?: (?:cchc|cai cach hanh chinh|lien quan"
    rf"|moi))?"
    r"(?: (?:de|phai|can|duoc))* (?:bao cao|thong ke|tong hop)\b(?! (?:len|ubnd|sai|tre|cham|thieu))"
    rf"|\b(?:khong|ko|k|kg) (?:co|con) (?:so lieu|du lieu|noi dung|phat sinh|bao cao)(?: (?:nao|gi|phat sinh|trong ky"
    rf"|trong quy"
    rf"|trong thang|quy nay|ky nay|thang nay|bao cao|cchc))*{_STOP}"
    rf"|\b(?:khong|ko|k|kg) (?:co|con) (?:bat ky )?{_THING}(?: nao| moi)? phat sinh{_WHOLE}{_STOP}"
    rf"|\b(?:khong|ko) (?:co )?(?:gi|viec gi|van de gi) (?:de |can |phai )*bao cao\b"
    r"|\bkhong thuoc (?:doi tuong|dien|pham vi|truong hop|nhom) (?:phai |duoc )?(?:thuc hien )?bao cao\b"
    r"|\b(?:toan bo|tat ca|cac)(?: cac)? (?:so lieu|chi tieu|noi dung)[^.,;]{0,40} (?:deu )?(?:bang|la) (?:0|khong)\b"
    r"|\bnothing to report\b|\bnil (?:return|report)\b"
    r"|\b(?:has|have|had|there (?:is|are|was|were)) no (?:data|figures|files|cases|activit\w+|items?)"
    r"(?: to (?:report|submit|send)| (?:in|for|during) (?:this|the) (?:quarter|period|round|month))"
)
# What of it alone did not occur: a finding of the report, not its whole content.
_PARTIAL = re.compile(
    r"\b(?:tre han|qua han|cham|ton dong|khieu nai|to cao|vuong mac|kho khan|bat cap|loi|sai|vi pham|tieu cuc|phan anh"
    r"|kien nghi|chi phi|kinh phi|no dong|thay the|sua doi|bo sung|bai bo|de so sanh|doi chieu|moi phat sinh|overdue"
    r"|late|complaints?)\b"
)
_UNSURE = re.compile(
    r"\b(?:neu|truong hop|gia su|khi nao|co phai|hay khong|thi sao|the nao|co can|phai bao cao khong|cho hoi|xin hoi"
    r"|hoi la"
    r"|cac don vi|don vi nao|co quan nao|doi voi (?:cac )?(?:don vi|co quan|xa)|if|unless|whether|should)\b"
)
# Said of another period; `như quý trước` compares only. What occurred in this one denies it too.
_OTHER_PERIOD = (
    r"(?:(?:quy|ky|thang|nam|lan|dot|may (?:quy|ky|thang))(?: bao cao)? (?:truoc|vua roi|vua qua|roi|sau|toi|khac"
    r"|con lai)|nam ngoai|nam qua|truoc (?:day|kia)|hoi truoc)"
)
_PERIOD = re.compile(
    rf"(?P<like>\b(?:nhu|giong|so voi|tuong tu)(?: cac| o| voi)* )?(?:\b(?P<other>{_OTHER_PERIOD})\b(?! cung )"
    r"|\b(?:quy|ky|thang|nam|lan|dot)(?: bao cao)? (?:nay|[ivx]+\b|[0-9]+))"
)
_OF_ANOTHER = re.compile(rf"(?:^| )(?:trong |o |cua |vao |tu )*(?<!nhu )(?<!voi )(?<!giong ){_OTHER_PERIOD}\b")
_OCCURRED = re.compile(
    r"\b(?:quy|ky|thang|nam|lan|dot) nay(?: (?:thi|da|moi|lai|don vi|thanh pho|em|ben em|chung toi|co quan|xa|phuong))*"
    r" (?:co|phat sinh)\b(?! (?:van ban|cong van|bao cao|thay doi|0\b|khong))"
)
# The whole of a short mail: `Trong quý Đài không có tin bài, chuyên mục nào`, `số liệu bằng 0`.
_ITEM = (
    r"(?:tin|bai|tin,? bai|bai viet|chuyen muc|chuyen de|phong su|chuong trinh|ho so|noi dung|so lieu|du lieu|van ban"
    r"|hoat dong|nhiem vu|thu tuc|tthc|thu tuc hanh chinh)"
)
_ALONE = re.compile(
    r"\b(?:quy|ky|thang|nam|dot)\b[^;]{0,70}?"
    rf"\b{_NO} (?:co|phat sinh)(?: (?:cac|bat ky))? {_ITEM}(?:(?:,| va| hoac| hay|,? cung nhu) {_ITEM})*"
    r"(?: (?:nao|gi|duoc|phat sinh|phat song|phat|dang tai|dang|tren song|tren bao|thuc hien|tiep nhan|giai quyet|moi"
    r"|ve|trong|lien quan|den|thuoc|linh vuc|cong tac|cchc|cai cach|hanh chinh|noi dung|tuyen truyen|can|phai|de"
    rf"|bao cao|quy|ky|thang|nay|nam|[ivx]+(?:/[0-9]{{4}})?|[0-9]{{4}}|ca|het))*{_STOP}(?!, ?{_ITEM}\b)"
    r"|\b(?:so lieu|chi tieu|con so)\b[^,;.]{0,40}? (?:deu |la |van )*(?:bang|la) (?:so )?(?:0|khong)"
    r"(?=$| ?[.,;!)] ?(?![0-9])| a\b)"
)
_HAPPENED = re.compile(r"\b(?:co|da|tuy nhien|nhung|rieng|dat|ty le)\b|[0-9]|%")
_NOT_SO = re.compile(r"\b(?:khong phai (?:la )?|not )$")

_OFFICE = (
    r"(?:ubnd|uy ban|so|phong|ban|van phong|vp|trung tam|chi cuc|xa|phuong|thi tran|huyen|thi xa|thanh pho|dai|bao|tp"
    r"|tx|don vi)"
)
_REPORTS = r"(?:bao cao|tong hop|gui|nop|thuc hien|lam)"
_JOINT = re.compile(
    rf"\b(?:bao cao|tong hop|gui|nop|lam|nhap|xay dung) chung(?: (?:mot|1|trong|bao cao|bieu))*(?: (?:voi|cung|vao|cua"
    rf"|trong bao cao"
    rf" cua))+ (?:bao cao (?:cua|voi) )?(?P<who>{_OFFICE}\b[^,;]{{0,60}})"
    rf"|\bgop (?:chung )?(?:bao cao |so lieu )?(?:voi|vao|cung) (?:bao cao (?:cua"
    rf" )?)?(?P<who2>{_OFFICE}\b[^,;]{{0,60}})"
)
_INSTEAD = re.compile(
    r"\bbao cao (?:thay(?! (?:the|doi|cho (?:ban|bao cao|file|tep|mau)|bang|vi|ban|mau))|ho (?:cho|don vi|chung|em|xa"
    r"|phuong))"
)
_BY = re.compile(
    rf"\b(?:noi dung|phan|so lieu|bao cao|bieu|muc|linh vuc|nhiem vu|viec)\b(?:(?!\b(?:gui|kem|theo"
    rf"|va)\b)[^;]){{0,60}}?"
    rf"\b(?:do|da giao(?: cho)?|duoc giao(?: cho)?|thuoc (?:trach nhiem|tham quyen|nhiem vu)(?: cua)?)"
    rf" (?P<who>(?:{_OFFICE})\b(?:(?!\b(?:gui|de nghi)\b)[^;]){{0,70}}?)"
    rf"(?:, ?| )(?:chu tri|tham muu|phu trach|theo doi|se|da|,| )*(?:{_REPORTS})\b"
)
_ELSE = re.compile(
    rf"(?P<who>\b{_OFFICE}\b[^,;.]{{0,60}}?),? (?:se|da|dang)(?: (?:chu tri|tong hop|va|tham muu|gui|thuc hien"
    rf"|thay mat(?: (?:ca )?(?:cum|khoi|nhom|cac don vi|don vi|chung (?:em|toi)))?|,))* ?bao cao"
    r"(?: (?:thay|chung|noi dung nay|phan nay|so lieu nay|cho (?:ca|toan|don vi|xa|phuong|chung)|ca phan|luon)|$"
    r"| ?[.,;!])"
)
# These count only where they name a registered agency.
_NAMED = (
    re.compile(
        r"\b(?:tong hop|gop|long ghep|lay|dua|nam|the hien)(?: chung)? (?:vao|trong) bao cao (?:chung )?cua"
        rf" (?P<who>{_OFFICE}\b)"
    ),
    re.compile(
        r"\b(?:bao cao|noi dung|phan|so lieu|bieu|muc)(?: nay| tren)? thuoc (?:trach nhiem|tham quyen|nhiem vu)"
        rf"(?: bao cao)?(?: cua)? (?P<who>{_OFFICE}\b)"
    ),
    re.compile(
        rf"(?P<who>\b{_OFFICE}\b[^,;]{{0,60}}?)(?: (?:da|se|dang))? (?:(?:gui|nop|lam|tong hop) )?bao cao chung"
        r" (?:cho|ca|toan|luon)\b"
    ),
    re.compile(rf"(?P<who>\b{_OFFICE}\b[^,;]{{0,60}}?) (?:la|lam)(?: don vi| co quan)? dau moi (?:tong hop|bao cao)"),
    re.compile(
        rf"(?P<who>\b{_OFFICE}\b[^,;]{{0,60}}?) (?:{_REPORTS}) (?:chu |ma )?(?:khong phai|dau phai)(?: la)?(?: ben)?"
        r" (?:em|minh|toi|chung (?:em|minh|toi)|don vi|co quan|ubnd|thanh pho|huyen|thi xa|xa|phuong)\b"
    ),
    re.compile(
        r"\b(?:chuyen|gui|cung cap) (?:so lieu|noi dung|bao cao)[^,;]{0,20} (?:cho|sang|ve|den)"
        rf" (?P<who>{_OFFICE}\b[^,;]{{0,60}}?) (?:de )?(?:tong hop|bao cao)(?:,| va| bao cao)* chung\b"
    ),
)
# These count only where the one who has reported is named and is not the writer.
_DONE = (
    re.compile(
        rf"(?P<who>\b{_OFFICE}\b[^,;]{{0,60}}?) da (?:co |gui |nop |lam |tong hop )*(?:bao cao|gui|nop|lam|tong hop)\b"
        r"[^;]{0,60}?\b(?:khong|ko|k|khoi)(?: (?:phai|can|co))* (?:bao cao|gui|nop|lam|tong hop)(?: bao cao| bieu)?"
        rf" (?:nua|lai|rieng|them|trung)\b(?: nua| noi dung nay| phan nay| bieu nay| a| nhe)*{_STOP}"
    ),
    re.compile(
        r"\b(?:da|deu) co(?: (?:san|day du|het|ca|roi|so lieu))* (?:trong|o|tai) (?:noi dung )?bao cao(?: chung)? cua"
        rf" (?P<who>{_OFFICE}\b[^,;.]{{0,60}})"
    ),
)
_MERGED = re.compile(
    r"\b(?:da|duoc|moi|vua) (?:duoc )?(?:sap nhap|hop nhat|nhap|giai the)\b|\b(?:sap nhap|hop nhat) (?:vao|voi|thanh)\b"
)
_ENGLISH = re.compile(
    r"\b(?:report(?:s|ed|ing)?|submit(?:s|ted)?|sends?|covers?|covered|included)\b[^.;]{0,40}"
    r"\b(?:for us|on our behalf|jointly with|together with|instead of us|in the report (?:of"
    r"|from) (?P<who>[^,;.]{3,60}))"
    r"|\b(?:reported|submitted|covered|handled) (?:jointly )?(?:by|with) (?P<who2>[^,;.]{3,60})"
    r"|\bjoint report with\b|\bmerged (?:into|with)\b[^;]{0,60}\breport"
)
_UPWARDS = re.compile(r"\bbao cao (?:ubnd tinh|tinh uy|thuong truc|chu tich|bo |chinh phu|cap tren|lanh dao)")
_DENIED = re.compile(r"\b(?:khong|ko|chua|chang|not)(?: (?:phai|the|con|do|co|duoc))* ?$")


def says_nothing(folded: str, *, alone: bool = False) -> bool:
    """Whether this sentence says that there is nothing to report. `alone`: it is all that a short mail says."""
    if _OCCURRED.search(folded):
        return False
    if alone and (match := _ALONE.search(folded)):
        partial = _PARTIAL.search(match[0]) or _HAPPENED.search(folded[match.end() :])
        if not (partial or _is_unsure(folded, match.start()) or _of_another_period(folded, match)):
            return True
    for match in _NOTHING.finditer(folded):
        after = folded[match.end() : match.end() + 30]
        if not (
            re.match(rf"(?: [a-z]+){{0,2}} (?:{_PARTIAL.pattern})", after)
            or _is_unsure(folded, match.start())
            or (" bang " in match[0] and _PARTIAL.search(match[0]))
            or _NOT_SO.search(folded[: match.start()])
            or _of_another_period(folded, match)
        ):
            return True
    return False


def _of_another_period(folded: str, match: re.Match[str]) -> bool:
    """Whether the period that was named last before these words, or right behind them, is not the one reported on."""
    named = [p for p in _PERIOD.finditer(folded, 0, match.end()) if not p["like"]]
    return bool((named and named[-1]["other"]) or _OF_ANOTHER.match(folded, match.end()))


def says_other(
    folded: str, *, others: bool, merged_before: bool = False, names_other: Callable[[str], bool] | None = None
) -> bool:
    """Whether this sentence says that another agency reports. `others`: it names a registered agency beside the
    writer's own; `merged_before`: the sentence before it told of a merger; `names_other`: whether some words name one.
    """
    for pattern in _DONE:
        for match in pattern.finditer(folded):
            if names_other and names_other(match["who"]) and not _is_unsure(folded, match.start()):
                return True
    if _UPWARDS.search(folded) and not _JOINT.search(folded):
        return False
    for pattern in (_JOINT, _INSTEAD, _BY, _ELSE, _ENGLISH, *(_NAMED if others else ())):
        for match in pattern.finditer(folded):
            if _is_unsure(folded, match.start()) or _DENIED.search(folded[: match.start()]) or _denied_inside(match):
                continue
            if pattern is _ELSE and not (others or merged_before or tells_of_merger(folded)):
                continue
            if pattern is _ENGLISH and not (others or "us" in match[0].split() or "behalf" in match[0]):
                continue
            return True
    return tells_of_merger(folded) and re.search(r"\b(?:se|do|da|duoc)\b[^;]{0,60}\bbao cao\b", folded) is not None


def tells_of_merger(folded: str) -> bool:
    """Whether this sentence says that the writer's agency has become part of another."""
    match = _MERGED.search(folded)
    return match is not None and not _is_unsure(folded, match.start())


def _is_unsure(folded: str, start: int) -> bool:
    return _UNSURE.search(folded[: start + 1]) is not None or folded.rstrip().endswith("?")


def _denied_inside(match: re.Match[str]) -> bool:
    return re.search(r"\b(?:khong|ko|chua) (?:phai |con |the )?(?:do|giao|thuoc|bao cao|gui)\b", match[0]) is not None
