"""What one row keeps under seal: its cells as in the file, the values read, the findings, the changes."""

import json
from typing import Any

from niangjia.imports.models import BatchRow
from niangjia.imports.registry import Staged
from niangjia.imports.verdicts import Finding, Level


def pack(staged: Staged, cells: dict[str, str]) -> str:
    content = {
        "cells": cells,
        "values": staged.values,
        "findings": [finding.packed() for finding in staged.findings],
        "changes": staged.changes,
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def unpack(row: BatchRow) -> tuple[Staged, dict[str, str]]:
    """The staged row, and its cells by field."""
    content: dict[str, Any] = json.loads(str(row.payload))
    findings = [Finding(*parts) for parts in content["findings"]]
    changes = [(field, before, after) for field, before, after in content["changes"]]
    return Staged(row.number, content["values"], findings, changes, row.verdict), content["cells"]


def has_warnings(staged: Staged) -> bool:
    return any(finding.level == Level.WARNING for finding in staged.findings)
