"""Papers as PDF, set by typst. Text travels as data, so that nothing a person has typed can become markup."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst
from django.core.serializers.json import DjangoJSONEncoder

from niangjia.papers import fonts

ROOT = Path(__file__).resolve().parent.parent
MADE = datetime(2000, 1, 1, tzinfo=UTC)  # the same paper from the same data is the same file


def render_pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """Set ``<app>/<name>`` (a file ``<app>/templates_typst/<name>.typ``) with ``data``, which must be JSON.

    Raises ``FontMissing`` where no typeface knows Chinese.
    """
    app, _slash, name = template.partition("/")
    source = ROOT / app / "templates_typst" / f"{name}.typ"
    inputs = {
        "data": json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False),
        "fonts": json.dumps(fonts.stacks(), ensure_ascii=False),
    }
    return typst.compile(source, root=ROOT, font_paths=fonts.fonts(), sys_inputs=inputs, timestamp=MADE)
