"""Many findings that say the same of one file each, as one row that counts the files and names the first few.

For what an agency is told of files that belong to no form: two hundred pictures in one mail are one matter, not two
hundred. Pure; what is stored keeps every finding. Never fails.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.submission import Finding, ParamValue

MOST = 10  # rows of one matter that are told one by one
_NAMED = 5
_NAME_CHARS = 30
_COUNTED = {"F105": "contents", "F110": "too_big"}
"""Codes whose figures differ from file to file, and their words without figures."""

_Key = tuple[str, str, str]


def gathered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings in their order; where more than MOST say the same of a file each, one in the place of the first."""
    keys = [_key(finding) for finding in findings]
    counts = Counter(key for key in keys if key is not None)
    kept: list[Finding] = []
    done: set[_Key] = set()
    for finding, key in zip(findings, keys, strict=True):
        if key is None or counts[key] <= MOST:
            kept.append(finding)
        elif key not in done:
            done.add(key)
            names = [one.place.file or "" for one, its in zip(findings, keys, strict=True) if its == key]
            kept.append(replace(finding, params=_params(finding) | _files(names)))
    return tuple(kept)


def _key(finding: Finding) -> _Key | None:
    """What it says, whatever file it says it of; None where no whole file is meant."""
    place = finding.place
    if not place.file or place.sheet is not None or place.part is not None:
        return None
    return finding.code, finding.severity.value, repr(sorted(_params(finding).items()))


def _params(finding: Finding) -> dict[str, ParamValue]:
    params = dict(finding.params)
    if finding.code in _COUNTED and "limit" in params:
        del params["limit"]
        params.pop("actual", None)
        params["reason"] = _COUNTED[finding.code]
    return params


def _files(names: Sequence[str]) -> dict[str, ParamValue]:
    listed = [name if len(name) <= _NAME_CHARS else name[: _NAME_CHARS - 1] + "…" for name in names[:_NAMED]]
    return {"listed": listed, "others": len(names) - len(listed)}
