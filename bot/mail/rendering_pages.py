"""Pages that are opened from a folder, not mailed: the demo's index and its view of a mail.

The words come in as facts, so that one template serves every language. Values are escaped; a fact that is missing
raises jinja2.UndefinedError.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def render_page(templates: Path, name: str, facts: Mapping[str, Any]) -> str:
    """`mail_templates/layout/pages/<name>` with `facts`."""
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(f"layout/pages/{name}").render(facts)
