"""What turns the sense of words that ask for more time, and what they may be about instead: for `ask_time` and
`ask_plainly`. Patterns over folded sentences, no code.
"""

import re

# What stands between `gửi` and `chậm` when it is a report that is sent.
REPORT = (
    r"(?: (?:lai|bao cao|bc|so lieu|bieu(?: mau)?|phu luc|file|tep|van ban|ket qua|noi dung|quy|thang|nam|cchc|cai cach"
    r"|hanh chinh|cong tac|thong ke|ve|nay|tren|cua|don vi|minh|em|du lieu|ky|ban (?:word|excel|mem|tu cham)|co quan"
    r"|theo|cong van|so|phan|danh muc|tin bai|tin,|bai|6|9|[0-9]{4}|[ivx]+(?:[./][0-9a-z]+)*"
    r"|[a-z0-9]*[0-9][./][0-9a-z./-]+))*"
)
NEGATED = re.compile(
    r"\b(?:khong|ko|k|kg|chua|chang|khoi|dung|not|no|never|don't|doesn't)"
    r"(?: (?:phai|can|co|he|muon|the|dam|nhu cau|y dinh|con|nen|ai|don vi|ho so|nao|thay|duoc|phep|viec|need"
    r"|to|any))* $"
)
CONDITION = re.compile(
    r"\b(?:neu|truong hop|gia su|tru khi|khi nao|khi can|phong khi|trong tinh huong|if|unless|in case|should)\b"
)
POLITE = re.compile(
    r"\b(?:neu|if)(?: (?:duoc|co the|khong co gi tro ngai|khong tro ngai|khong phien|thuan tien|so|so noi vu|quy so"
    r"|quy co quan"
    r"|anh|chi|dong y|cho phep|possible|you agree|you may|it is))+\b"
)
OTHERS = re.compile(
    r"\b(?:nguoi dan|cong dan|to chuc|doanh nghiep|nha thau|chu dau tu|ho dan|ho kinh doanh|nguoi nop|hoc vien|thi sinh"
    r"|khach hang|cac (?:xa|phuong|don vi|phong|so))[^,;:]{0,40}$"
)
ASKED_ABOUT = re.compile(
    r"\b(?:cho|xin|muon|duoc)(?: [a-z]+){0,2} hoi\b|\b(?:cach|thu tuc|quy trinh|mau don)\b[^,;]{0,20}$"
)
OTHER_THING = re.compile(
    r"(?: (?:thoi (?:han|gian|diem)|cho|viec|hieu luc|cac|doi voi|cua|ngay|lai|them))*"
    r" (?:giay(?! to khac)|ho so|hop dong|the\b|visa|chung chi|chung thu|nop thue|thue|giai quyet|tam giu|tam giam"
    r"|dau tu|du an"
    r"|su dung|bao hiem|no\b|vay|bao hanh|ban quyen|ten mien|tai khoan|phan mem|thu tuc|cap |xu ly|dang ky|dau thau"
    r"|quy hoach"
    r"|thi cong|giai ngan|tra ket qua|thuc hien|kiem tra|thanh tra|hop|toa dam|tap huan|hoi nghi|cong tac)"
)
PAPER = re.compile(
    r"\bban (?:giay|chinh|goc|ky|cung|scan|co dau|dong dau|da ky|phat hanh)|\bqua (?:buu dien|truc)|\bchu ky so|\bky so"
    r"|\bpaper copy|\bhard copy|\bsigned copy"
)
OTHER_PAPERS = re.compile(
    r"\b(?:danh sach|tai lieu|giay moi|hop dong|y kien|gop y|ke hoach|to khai|hoa don|thong tin)\b(?![^;]*\bbao cao\b)"
)
# What is sent is no report: where a telephone number or a letter comes later, nothing is asked for.
OTHER_OBJECT = re.compile(
    r"\b(?:gui|nop|cung cap|chuyen|bao)(?: (?:lai|bo sung|them|kem|cham|muon|tre|sau|cac|mot|so noi vu|quy so|anh|chi"
    r"|ban))* (?:so (?:dien thoai|dt|di dong|tai khoan|fax|zalo|may)|dien thoai|dia chi|dau moi|danh (?:sach|ba)|e?mail"
    r"|(?:thong tin|lien he)(?! bao cao)|van ban|cong van|quyet dinh|to trinh|de an|du thao|bien ban|thu moi|giay moi"
    r"|phieu|hinh anh|hop dong)\b(?![^,;]{0,40}\b(?:bao cao|gia han|lui|so lieu|bieu|han nop)\b)"
)
BY_LEAVE = re.compile(
    r"\b(?:duoc gia han|han moi|(?:da|vua) (?:gia han|dong y|chap thuan|cho phep))\b"
    r"|\bse (?:co gang )?(?:gui|nop|bao cao)(?: [a-z]+){0,3} dung (?:thoi )?han\b"
)
