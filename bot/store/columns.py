"""Column types that keep what SQLite would lose: time zones, and texts that are not valid Unicode.

Failure policy: a naive datetime is a programming fault and is refused with TypeError; a lone surrogate in a text
(broken mail headers) is replaced by `?`, since a mail must never fail for how its subject is written.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator


def valid_text(value: str) -> str:
    """`value` with lone surrogates replaced, so that it can be written as UTF-8."""
    return value.encode("utf-8", "replace").decode("utf-8")


class SafeText(TypeDecorator[str]):
    """A text that can always be stored."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else valid_text(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, stored in UTC to the microsecond as text that sorts by time; comes back aware, in UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise TypeError(f"a datetime without time zone is no instant: {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def dump_json(value: object) -> str:
    """JSON as it stands in the database: Vietnamese readable, never failing for a lone surrogate."""
    return valid_text(json.dumps(value, ensure_ascii=False))


def one_of(column: str, values: Iterable[StrEnum]) -> CheckConstraint:
    """The constraint that a text column holds one of an enum's values."""
    allowed = ", ".join(f"'{v.value}'" for v in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")
