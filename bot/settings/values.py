"""Types of single settings: each refuses with a sentence of our own (`bot.settings.words`), never with pydantic's
English.

Pydantic alone would take whole numbers for dates and times (seconds since 1970) and `true` for 1; these types do
not.
"""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from bot.documents.antivirus import is_address
from bot.mail.dns_txt import server_of

_EMAIL = re.compile(
    r"[^@\s<>,;:\"()\[\]\\]+@(localhost|[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+)", re.ASCII
)
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+", re.ASCII)


# Beyond these years a slip is likelier than a plan, and date arithmetic ends at 9999.
FIRST_YEAR, LAST_YEAR = 1900, 2100


def _day(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            value = None
    if isinstance(value, date) and not isinstance(value, datetime) and FIRST_YEAR <= value.year <= LAST_YEAR:
        return value
    raise PydanticCustomError("day", "a date")


def _clock(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = time.fromisoformat(value)
        except ValueError:
            value = None
    if isinstance(value, time) and value.tzinfo is None:
        return value
    raise PydanticCustomError("clock", "a time of day")


def _moment(value: Any) -> Any:
    if isinstance(value, str) and len(value) > 10:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if isinstance(value, datetime) and FIRST_YEAR <= value.year <= LAST_YEAR:
        return value
    raise PydanticCustomError("moment", "a date and time")


def _email(value: Any) -> Any:
    if isinstance(value, str):
        local, at, domain = value.strip().rpartition("@")
        address = f"{local}{at}{domain}".lower()
        if _EMAIL.fullmatch(address):
            return address
    raise PydanticCustomError("email", "a mail address")


def _domain(value: Any) -> Any:
    domain = value.strip().lower().removeprefix("@") if isinstance(value, str) else ""
    if _DOMAIN.fullmatch(domain):
        return domain
    raise PydanticCustomError("domain", "a mail domain")


def _timezone(value: Any) -> Any:
    if isinstance(value, str):
        try:
            ZoneInfo(value)
        except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError, and a folder's name an OSError
            pass
        except KeyError:
            pass
        else:
            return value
    raise PydanticCustomError("timezone", "an IANA time zone")


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("float_type", "a number")
    return value


def _decimal(value: Any) -> Any:
    """A number as the file writes it: 0.1 is a tenth, not the nearest binary fraction."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PydanticCustomError("float_type", "a number")
    return Decimal(str(value))


def _whole(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "a whole number")
    return value


def _port(value: Any) -> Any:
    try:
        port = int(value) if isinstance(value, str | int) and not isinstance(value, bool) else 0
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise PydanticCustomError("port", "a port")
    return port


def _database_url(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9_+]*://.+", value.strip()):
        return value.strip()
    raise PydanticCustomError("database_url", "a database address")


def _libreoffice(value: Any) -> Any:
    if isinstance(value, str) and (value in ("auto", "off") or value.startswith("/")):
        return value
    raise PydanticCustomError("libreoffice", "auto, off or a path")


def _clamd(value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, str) and is_address(value.strip()):
        return value.strip()
    raise PydanticCustomError("clamd", "clamd's socket")


def _dns_server(value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, str) and server_of(value):
        return value.strip()
    raise PydanticCustomError("dns_server", "a DNS server's address")


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


def _split(value: Any) -> Any:
    """A list may come from the environment as one text, parted by commas, semicolons or blanks."""
    return [part for part in re.split(r"[,;\s]+", value) if part] if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_day)]
Clock = Annotated[time, BeforeValidator(_clock)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Email = Annotated[str, BeforeValidator(_email)]
Emails = Annotated[tuple[Email, ...], BeforeValidator(_split)]
Domain = Annotated[str, BeforeValidator(_domain)]
Domains = Annotated[tuple[Domain, ...], BeforeValidator(_split)]
DnsServer = Annotated[str | None, BeforeValidator(_dns_server)]
TimeZone = Annotated[str, BeforeValidator(_timezone)]
DatabaseUrl = Annotated[str, BeforeValidator(_database_url)]
LibreOffice = Annotated[str, BeforeValidator(_libreoffice)]
Clamd = Annotated[str, BeforeValidator(_clamd)]
Port = Annotated[int, BeforeValidator(_port)]
Whole = Annotated[int, BeforeValidator(_whole)]
Count = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=1_000_000)]
Days = Annotated[int, BeforeValidator(_whole), Field(ge=-366, le=366)]
Hours = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=240)]
QuietHours = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=72)]
Seconds = Annotated[float, BeforeValidator(_number), Field(ge=1, le=7 * 86_400, allow_inf_nan=False)]
Tolerance = Annotated[Decimal, BeforeValidator(_decimal), Field(ge=0, allow_inf_nan=False)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
MaybeText = Annotated[str | None, BeforeValidator(_empty_is_none)]
# Codes stand in paths, tags and keys of notices.
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


class Table(BaseModel):
    """A table of a configuration file: unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)
