#!/usr/bin/env python3
"""Plants faults in valid files of every form and prints how many the catalogue catches, and where.

    .venv/bin/python benchmarks/mutation.py [--seed N] [--seeds N] [--most N] [--forms ii06,config/narrative] [--json]

The flow: each form of config/ and config/examples/ is made blank and filled in by its own data → tables a second time
as the agency's own workbook, without formulas → every fault that the form's data makes possible is planted by itself in
the bytes → the file is read and checked the real way → the finding is held against the plant. Valid files are checked
too: whatever is said of them is false. Exit code 1 when a fault is missed or said as another, when findings come
besides it, or when a valid file has one. Nothing is written, nothing is sent.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "checks"), str(ROOT / "tests" / "mutation")]

from blank_making import all_forms  # noqa: E402  the path comes first
from measuring import Caught, Measured, false_findings, measured, valid_files  # noqa: E402
from planting import BY_DESIGN  # noqa: E402

FALSE_SEEDS = 6  # valid files of so many seeds are checked for false findings


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="How many planted faults are caught, and where.")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=2, help="how many seeds, one after the other")
    parser.add_argument("--most", type=int, default=6, help="faults of one kind in one file")
    parser.add_argument("--forms", default="", help="only these, parted by commas: ii06, config/ii06")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    wanted = [name for name in options.forms.split(",") if name]
    names = [n for n in sorted(all_forms()) if not wanted or n in wanted or n.partition("/")[2] in wanted]
    if not names:
        parser.error(f"no such form; there are {', '.join(sorted(all_forms()))}")
    started = time.monotonic()
    done: list[Measured] = []
    valid = refused = 0
    for seed in range(options.seed, options.seed + max(options.seeds, FALSE_SEEDS)):
        for name in names:
            for file in valid_files(name, seed):
                valid += 1
                refused += bool(false_findings(file))
                if seed < options.seed + options.seeds:
                    done += measured(file, options.most)
    report = summary(done, valid, refused)
    print(json.dumps(report, ensure_ascii=False, indent=2) if options.json else table(report, done))
    if not options.json:
        print(f"{time.monotonic() - started:.0f} s")
    fine = not refused and all(one.caught in (Caught.EXACT, Caught.RULE) and not one.extra for one in done)
    return 0 if fine else 1


def summary(done: Sequence[Measured], valid: int, refused: int) -> dict[str, object]:
    """The numbers, by form and kind of fault and in all."""
    groups: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for one in done:
        groups[one.valid.name, one.plant.kind, one.plant.code] += numbers(one)
    rows = [{"form": f, "kind": k, "code": c, **counts} for (f, k, c), counts in sorted(groups.items())]
    total = sum(groups.values(), Counter[str]())
    caught = total["exact"] + total["rule"]
    return {
        "rows": rows,
        "total": {key: total[key] for key in ("planted", *Caught, "extra", "besides")},
        "ratio": caught / total["planted"] if total["planted"] else 0.0,
        "valid": valid,
        "refused": refused,
    }


def numbers(one: Measured) -> Counter[str]:
    return Counter({"planted": 1, one.caught.value: 1, "extra": len(one.extra), "besides": one.besides})


def table(report: dict[str, object], done: Sequence[Measured]) -> str:
    """The report for people."""
    columns = ("planted", *(caught.value for caught in Caught), "extra", "besides")
    lines = [f"{'form':<24} {'fault':<42} {'code':<5} {'  '.join(f'{c:>9}' for c in columns)}"]
    rows: list[dict[str, object]] = report["rows"]  # type: ignore[assignment]  # as `summary` makes it
    for row in rows:
        counts = "  ".join(f"{row.get(column, 0):>9}" for column in columns)
        lines.append(f"{row['form']:<24} {row['kind']:<42} {row['code']:<5} {counts}")
    total: dict[str, int] = report["total"]  # type: ignore[assignment]  # as `summary` makes it
    lines.append(f"{'all':<73} {'  '.join(f'{total[column]:>9}' for column in columns)}")
    lines.append("")
    for one in done:
        if one.caught in (Caught.ELSEWHERE, Caught.MISSED) or one.extra:
            found = ", ".join(f"{f.code} {f.place.cell or f.place.part or f.place.sheet or ''}" for f in one.said)
            where = f"{one.valid.name}, seed {one.valid.seed}{', own workbook' if one.valid.own else ''}"
            lines.append(
                f"  {one.caught.value}: {where}: {one.plant.kind} at {one.plant.at}, said: {found or 'nothing'}"
            )
    caught = total["exact"] + total["rule"]
    lines.append(f"caught {caught} of {total['planted']} ({report['ratio']:.2%}): {total['exact']} at the very place,")
    lines.append(
        f"{total['rule']} at the cell that the rule names; {total['missed']} missed, {total['extra']} extra findings."
    )
    lines.append(f"valid files: {report['valid']}, refused or remarked: {report['refused']}.")
    lines.append("by design:")
    lines += [f"  {kind}: {reason}" for kind, reason in BY_DESIGN.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
