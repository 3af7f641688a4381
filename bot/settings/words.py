"""The sentences of configuration faults and warnings, in both languages of the office.

Keys are pydantic's error types where the fault is pydantic's, and names of our own otherwise. Each sentence
completes "expected …" (faults) or stands alone (warnings, from `w_` on).
"""

from collections.abc import Mapping

from bot.domain.office import Language

SENTENCES: Mapping[str, tuple[str, str]] = {
    # what was found
    "nothing": ("không có", "nothing"),
    "hidden": ("một giá trị (không in ra)", "a value (not shown)"),
    "a_table": ("một bảng", "a table"),
    "a_list": ("một danh sách có {count} mục", "a list of {count}"),
    "no_file": ("không có tệp này", "no such file"),
    "no_folder": ("không có thư mục này", "no such folder"),
    "both_files": ("cả agencies.toml và agencies.xlsx", "both agencies.toml and agencies.xlsx"),
    "twice": ("{value}, đã dùng ở {other}", "{value}, already used in {other}"),
    # types and bounds (pydantic)
    "missing": ("bắt buộc phải có mục này", "this key is required"),
    "extra_forbidden": ("một trong các mục: {allowed}", "one of the keys: {allowed}"),
    "did_you_mean": (
        "{guess} (có lẽ gõ nhầm); các mục có thể dùng: {allowed}",
        "{guess}, perhaps; the keys are: {allowed}",
    ),
    "int_type": ("một số nguyên", "a whole number"),
    "int_parsing": ("một số nguyên", "a whole number"),
    "int_from_float": ("một số nguyên", "a whole number"),
    "float_type": ("một số", "a number"),
    "float_parsing": ("một số", "a number"),
    "finite_number": ("một số hữu hạn", "a finite number"),
    "bool_type": ("true hoặc false", "true or false"),
    "bool_parsing": ("true hoặc false", "true or false"),
    "string_type": ("chữ đặt trong dấu nháy", "text in quotes"),
    "string_too_short": ("chữ, không để trống", "text that is not empty"),
    "string_pattern_mismatch": ("chữ theo mẫu {pattern}", "text of the pattern {pattern}"),
    "enum": ("một trong: {expected}", "one of: {expected}"),
    "greater_than_equal": ("từ {ge} trở lên", "{ge} or more"),
    "less_than_equal": ("không quá {le}", "{le} at most"),
    "list_type": ("một danh sách trong dấu [ ]", "a list in [ ]"),
    "tuple_type": ("một danh sách trong dấu [ ]", "a list in [ ]"),
    "too_short": ("ít nhất {min_length} mục", "at least {min_length}"),
    "model_type": ("một bảng các mục", "a table of keys"),
    "model_attributes_type": ("một bảng các mục", "a table of keys"),
    "dict_type": ("một bảng các mục", "a table of keys"),
    # our own types
    "day": ("một ngày, viết năm-tháng-ngày: 2023-03-10", "a date as 2023-03-10"),
    "clock": ("một giờ trong ngày, viết 08:00:00", "a time of day as 08:00:00"),
    "moment": ("ngày và giờ, viết 2023-03-02T08:00:00", "a date and time as 2023-03-02T08:00:00"),
    "email": (
        "một địa chỉ thư điện tử đầy đủ, như stp@binhduong.example",
        "a whole mail address, like stp@binhduong.example",
    ),
    "domain": ("một tên miền thư, như sotuphap.example", "a mail domain, like sotuphap.example"),
    "timezone": ("tên múi giờ IANA, như Asia/Ho_Chi_Minh", "an IANA time zone name, like Asia/Ho_Chi_Minh"),
    "database_url": ("địa chỉ cơ sở dữ liệu dạng sqlite:///đường-dẫn", "a database address like sqlite:///path"),
    "libreoffice": (
        "auto, off hoặc đường dẫn đầy đủ đến soffice, như /usr/bin/soffice",
        "auto, off or the whole path of soffice, like /usr/bin/soffice",
    ),
    "clamd": (
        "ổ cắm của clamd, như unix:/run/clamav/clamd.ctl hoặc 127.0.0.1:3310",
        "clamd's socket, like unix:/run/clamav/clamd.ctl or 127.0.0.1:3310",
    ),
    "dns_server": (
        "địa chỉ số của máy chủ DNS, như 192.0.2.53, 192.0.2.53:5353 hoặc [2001:db8::53]:53",
        "a DNS server's number, like 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53",
    ),
    "authserv_id_moved": (
        "không còn ở [orders]: ghi authserv_id trong bảng [authentication] (biến {variable})",
        "nothing here any more: authserv_id stands in the table [authentication] (variable {variable})",
    ),
    "somebody_vouches": (
        "authserv_id là tên máy chủ thư của đơn vị, hoặc own_check = true; nếu không, không thư nào xác thực được",
        "authserv_id with the name of the office's mail server, or own_check = true; else nobody vouches for any mail",
    ),
    "port": ("một cổng từ 1 đến 65535", "a port from 1 to 65535"),
    # files
    "toml": ("cú pháp TOML đúng ({reason})", "correct TOML ({reason})"),
    "utf8": ("tệp lưu theo bảng mã UTF-8", "a file saved as UTF-8"),
    "the_file": ("tệp {name}", "the file {name}"),
    "the_folder": (
        "thư mục cấu hình (tuỳ chọn --config hoặc biến THUKY_CONFIG)",
        "the folder with the configuration (--config or THUKY_CONFIG)",
    ),
    "readable_file": ("một tệp đọc được", "a file that can be read"),
    "one_agency_list": ("chỉ một trong hai tệp; hãy giữ tệp đang dùng", "only one of the two; keep the one in use"),
    "workbook": (
        "một tệp Excel .xlsx đọc được, không đặt mật khẩu",
        "an Excel file (.xlsx) that opens without a password",
    ),
    "sheet_header": (
        "một trang có dòng tiêu đề với các cột {columns}",
        "a sheet with a heading row that has the columns {columns}",
    ),
    "column_once": ("mỗi cột chỉ có một lần", "each column once"),
    # mailbox
    "password_elsewhere": (
        "mật khẩu, mã không để trong tệp này: đặt ở biến {variable}, {instead} hoặc chứng thực systemd {credential}",
        "no password or token in this file: put it into {variable}, a {instead} or the systemd credential {credential}",
    ),
    "password": (
        "mật khẩu ở biến {variable}, ở tệp ghi trong {table}.password_file, hoặc chứng thực systemd {credential}",
        "a password in {variable}, in the file of {table}.password_file, or in the systemd credential {credential}",
    ),
    "refresh_token": (
        "refresh token ở biến {variable}, ở tệp của oauth2.refresh_token_file, hoặc chứng thực systemd {credential}",
        "a refresh token in {variable}, the file of oauth2.refresh_token_file, or the systemd credential {credential}",
    ),
    "https": (
        "một địa chỉ bắt đầu bằng https:// (http:// chỉ với chính máy này)",
        "an address that begins with https:// (http:// only towards this machine itself)",
    ),
    "needs_oauth2": ("password, hoặc thêm bảng [oauth2]", "password, or a table [oauth2] beside it"),
    "password_file": ("một tệp chứa mật khẩu, đọc được, không trống", "a readable file that holds the password"),
    "ca_file": ("một tệp PEM có chứng thư của đơn vị cấp", "a PEM file with the authority's certificate"),
    "loopback": (
        "tls hoặc starttls; none chỉ dùng được với máy chủ trên chính máy này (localhost, 127.0.0.1)",
        "tls or starttls; none only towards this machine itself (localhost, 127.0.0.1)",
    ),
    "once_only": ("thiết đặt này chỉ ghi một chỗ", "this setting in one place only"),
    # agencies
    "known_group": ("một nhóm có trong danh sách: {groups}", "a group of the list: {groups}"),
    "unique": ("giá trị không trùng", "a value that is used once"),
    "known_agency": ("mã của một cơ quan trong danh sách: {codes}", "the code of an agency in the list: {codes}"),
    "other_agency": ("mã của một cơ quan khác", "the code of another agency"),
    "range": ("ngày cuối không trước ngày đầu {first}", "a last day that is not before the first, {first}"),
    "own_domain": (
        "tên miền chỉ một cơ quan dùng; tên miền này nhiều người dùng chung",
        "a domain that one agency alone uses; this one is used by many",
    ),
    "not_own_address": ("địa chỉ khác hộp thư của cơ quan chủ trì", "an address other than the office's own mailbox"),
    # rounds
    "file_code": ("mã {code} như tên tệp", "the code {code}, as the file is named"),
    "period_code": ("mã khớp với kỳ báo cáo {period}", "a code that agrees with the period {period}"),
    "ordinal": ("từ 1 đến {last} với kỳ {kind}", "1 to {last} for {kind}"),
    "after_opening": ("sau lúc mở đợt {opens}", "after the opening, {opens}"),
    "closes_late": ("không trước hạn gửi {deadline}", "not before the deadline, {deadline}"),
    "one_target": ("đúng một trong ba: agency, agencies, group", "exactly one of agency, agencies, group"),
    "known_form": ("mã của một biểu mẫu trong config/forms: {forms}", "the code of a form in config/forms: {forms}"),
    "known_part": ("một mục của đề cương {form}: {parts}", "a part of {form}: {parts}"),
    "no_parts": ("không ghi parts: biểu mẫu {form} không có mục", "no parts: {form} has none"),
    "assigned_once": ("mỗi cơ quan mỗi biểu mẫu giao một lần", "each form given to an agency once"),
    "partners_of_parts": (
        "các cơ quan phối hợp, vì có partner_parts",
        "the partners that partner_parts speaks of",
    ),
    # previous and references
    "other_round": ("mã của một đợt khác: {rounds}", "the code of another round: {rounds}"),
    "known_table": ("mã của một biểu số liệu: {forms}", "the code of a form with a table: {forms}"),
    "known_key": ("cột hoặc dòng của biểu mẫu {form}: {keys}", "a column or row of form {form}: {keys}"),
    "reference_file": (
        "tệp Excel kết xuất từ hệ thống, đặt tại {path}",
        "the workbook exported from the system, at {path}",
    ),
    "reference_column": ("một cột có tiêu đề “{column}”", "a column headed “{column}”"),
    "a_figure": ("một số, viết như 2.544 hoặc 12,5; chưa có thì để trống", "a figure, or a blank where there is none"),
    "agency_once": ("mỗi cơ quan một dòng", "one row an agency"),
    "group_members": ("một nhóm có cơ quan", "a group that has agencies"),
    # checks
    "known_check": ("một mã mà lệnh thuky explain liệt kê, như {example}", "a code of thuky explain, like {example}"),
    "changeable_check": (
        "một mã khác: mã này báo rằng không đọc, không xét được, nên không đổi mức và không tắt được; bỏ mục này",
        "another code: this one says that nothing could be read or judged, and is not to be changed; remove this table",
    ),
    "severity_or_off": (
        'đúng một trong hai: severity = "error" hoặc "remark"; hoặc off = "lý do"',
        'one of the two: severity = "error" or "remark"; or off = "the reason"',
    ),
    # sending
    "lease_folder_alone": (
        "một thư mục riêng, không dùng vào việc khác (mặc định: thuky); để trống thì không dùng giấy giữ hộp thư",
        "a folder of its own that nothing else uses (thuky is the default); empty for no lease",
    ),
    "reserved_below_day": (
        "ít hơn per_day: phần để dành nằm trong số nơi nhận của một ngày",
        "less than per_day: what is kept back is part of the day's recipients",
    ),
    # ladder and holidays
    "reserved_step": ("tên khác; request dành cho thư mở đợt", "another name; request is the opening letter"),
    "step_kind": ("reminder, overdue hoặc escalation", "reminder, overdue or escalation"),
    "before_deadline": ("từ 0 trở xuống: reminder không sau hạn", "0 or less: a reminder is not after the deadline"),
    "after_deadline": ("từ 1 trở lên: {kind} chỉ sau hạn", "1 or more: {kind} comes after the deadline"),
    "days_or_hours": ("một trong hai: offset_days hoặc hours_before", "one of the two: offset_days or hours_before"),
    "hours_alone": (
        "không có mục này: hours_before tính từ thời điểm hết hạn",
        "none: hours_before counts from the deadline's instant",
    ),
    "hours_remind": ("reminder: bước tính bằng giờ chỉ nhắc trước hạn", "reminder: a step in hours comes before it"),
    "someone": ("ít nhất một nơi nhận, ví dụ clerk, agency", "at least one recipient, for instance clerk, agency"),
    "main_needs": (
        "missing, nothing_received hoặc unsettled; nhắc sửa thì ghi ở [[correction]]",
        "missing, nothing_received or unsettled; corrections have their steps in [[correction]]",
    ),
    "correction_needs": (
        "correction hoặc unsettled: các bước này nhắc báo cáo cần sửa",
        "correction or unsettled: these steps speak of open corrections",
    ),
    "known_template": (
        "tên một mẫu thư có trong mail_templates/{language} (tệp {name}.j2)",
        "a template of mail_templates/{language} (a file {name}.j2)",
    ),
    "closing_after_opening": ("sau giờ mở {opens}", "after the opening, {opens}"),
    "day_or_range": ("day, hoặc first và last", "day, or first and last"),
    "off_and_worked": ("ngày nghỉ hoặc ngày làm, không cả hai", "a day off or a day worked, not both"),
    # warnings
    "w_environment": (
        "Không có thiết đặt nào tên như vậy; biến này được bỏ qua.",
        "There is no such setting; this variable is ignored.",
    ),
    "w_password_mode": (
        "Người dùng khác trên máy đọc được tệp mật khẩu này; nên đặt quyền 600.",
        "Other users of this machine can read the password file; set its mode to 600.",
    ),
    "w_retry": (
        "Lần thử lại đầu ({first} giây) dài hơn mức dài nhất ({longest} giây); mức dài nhất được dùng.",
        "The first retry ({first} s) is longer than the longest ({longest} s); the longest is used.",
    ),
    "w_coordinator_is_office": (
        "Cán bộ tổng hợp dùng chính hộp thư nhận báo cáo; thư của họ gửi đến sẽ coi là thư của hệ thống.",
        "The coordinator has the reporting mailbox itself; what they send is taken for the bot's own mail.",
    ),
    "w_coordinator_is_agency": (
        "{address} cũng là địa chỉ của cán bộ tổng hợp: báo cáo gửi từ đó sẽ không được tính cho {agency}.",
        "{address} is the coordinator's address too: reports from there are not counted for {agency}.",
    ),
    "w_deadline_before_window": (
        "Hạn gửi (ngày cuối {deadline}) trước ngày chốt số liệu {window}: cơ quan phải gửi khi số liệu chưa đủ kỳ.",
        "The deadline (last day {deadline}) is before the data window ends, {window}: figures are due incomplete.",
    ),
    "w_deadline_too_near": (
        "Từ ngày chốt số liệu {window} đến hạn gửi (ngày cuối {deadline}) chưa đủ 1 ngày làm việc "
        "(Nghị định 09/2019/NĐ-CP, Điều 8 khoản 5).",
        "There is less than one working day between the end of the data window, {window}, and the deadline "
        "(last day {deadline}); compare Decree 09/2019/NĐ-CP, article 8.5.",
    ),
    "w_window_outside": (
        "Thời gian chốt số liệu không có ngày nào thuộc kỳ báo cáo {period}.",
        "No day of the data window lies in the period {period}.",
    ),
    "w_previous_not_before": (
        "Đợt {other} (kỳ {period}) không thuộc kỳ trước của {own}; số liệu vẫn được so với đợt này.",
        "Round {other} ({period}) is not of a period before {own}; figures are compared with it all the same.",
    ),
    "w_reference_agency": (
        "Không có cơ quan nào tên “{agency}” trong danh sách; dòng này được bỏ qua.",
        "The list of agencies has no “{agency}”; this row is left out.",
    ),
    "w_reference_lacks": (
        "Không có số liệu của {agencies}; biểu mẫu {form} của các cơ quan này không được đối chiếu.",
        "There are no figures of {agencies}; their form {form} is not compared.",
    ),
    "w_no_rounds": ("Chưa có đợt báo cáo nào.", "There is no round yet."),
    "w_same_period": (
        "Cơ quan {agencies} có cùng kỳ {period} trong đợt {other}: báo cáo gửi đến có thể không rõ thuộc đợt nào.",
        "{agencies} also owe reports for {period} in round {other}: mail may fit both.",
    ),
    "w_not_valid": (
        "Cơ quan {agency} không hoạt động vào ngày mở đợt {day}.",
        "{agency} is not in being on the opening day, {day}.",
    ),
    "w_no_address": (
        "Cơ quan {agency} không có địa chỉ nhận thư vào ngày mở đợt {day}.",
        "{agency} has no address to write to on the opening day, {day}.",
    ),
    "w_no_leader": (
        "Thang nhắc việc đồng gửi lãnh đạo, nhưng chưa có địa chỉ lãnh đạo của: {agencies}.",
        "The ladder copies leaders, but there is no leader's address of: {agencies}.",
    ),
    "w_annex_twice": (
        "Phụ lục {annex} ({form}) được giao cho nhiều cơ quan: {agencies}. Nên xem lại văn bản giao việc; đến khi có "
        "đính chính, báo cáo của từng cơ quan vẫn được nhận riêng.",
        "Annex {annex} ({form}) is given to several agencies: {agencies}. Compare the letter; until it is corrected, "
        "each agency's report is taken by itself.",
    ),
    "w_step_hours": (
        "Bước {step} đặt lúc {at}, ngoài giờ làm việc {opens}–{closes}; thư sẽ đi vào giờ làm việc kế tiếp.",
        "Step {step} is set for {at}, outside office hours {opens}–{closes}; its mail waits for the next ones.",
    ),
    "w_step_same_day": (
        "Bước {step} luôn rơi vào cùng ngày với bước {other}. Mỗi cơ quan chỉ nhận một thư một ngày, "
        "nên bước sau không bao giờ được gửi.",
        "Step {step} always falls on the day of step {other}. An agency gets one mail a day, so the later of the two "
        "never speaks.",
    ),
    "w_step_escalated": (
        "Bước {step} đến sau bước {other}, nhưng {other} (escalation) là bước cuối: đến đó người điều phối "
        "nhận dự thảo công văn đôn đốc.",
        "Step {step} comes after {other}, but {other}, an escalation, is the end of the ladder: there the coordinator "
        "gets the draft of an official letter.",
    ),
    "w_pointless_day": (
        "{day} vốn đã {state}; mục này không thay đổi gì.",
        "{day} is already {state}; this entry changes nothing.",
    ),
    "state_off": ("là ngày nghỉ", "a day off"),
    "state_worked": ("là ngày làm việc", "a working day"),
}


class Words:
    """Sentences in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._index = 0 if language is Language.VI else 1

    def __contains__(self, key: object) -> bool:
        return key in SENTENCES

    def say(self, key: str, **params: object) -> str:
        """The sentence of that key, filled; KeyError for an unknown key or a missing parameter."""
        return SENTENCES[key][self._index].format(**params)
