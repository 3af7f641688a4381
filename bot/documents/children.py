"""How a child process of this very program is started: its command line, and where its modules lie.

Isolated mode ignores the environment and the current folder; without `site` no .pth file runs.

Failure policy: pure but for asking which folders there are.
"""

import json
import os
import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[2])
_INSTALLED = ("site-packages", "dist-packages")
# System libraries that parsers load by name (libarchive and what it needs).
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")


def child_command(program: str, *arguments: str) -> tuple[str, ...]:
    """A command line that runs `program` with our modules to be had, and `arguments` from `sys.argv[2]` on."""
    paths = [ROOT, *(p for p in sys.path if Path(p).is_absolute() and p != ROOT and Path(p).exists())]
    boot = f"import sys, json; sys.path[:] = json.loads(sys.argv[1]); {program}"
    return (sys.executable, "-I", "-S", "-B", "-c", boot, json.dumps(paths), *arguments)


def module_places() -> tuple[str, ...]:
    """The folders that hold the interpreter, the installed packages and our own modules: no configuration, no data."""
    prefixes = tuple({os.path.realpath(p) for p in (sys.prefix, sys.base_prefix)})
    found = [str(Path(ROOT, "bot")), *_LIBRARIES]
    for path in sys.path:
        real = os.path.realpath(path)
        inside = any(real.startswith(f"{prefix}/lib") for prefix in prefixes)
        if path and real != ROOT and (inside or Path(real).name in _INSTALLED):
            found.append(real)
    return tuple(dict.fromkeys(place for place in found if Path(place).exists()))


PLACES = json.dumps(module_places())
"""Those folders as they are handed to a child."""
