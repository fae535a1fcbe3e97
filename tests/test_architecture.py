"""What the import contracts cannot say. Each rule is broken on purpose once, so that it is known to bite."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.dispatch import Signal

from niangjia.jobs import queue

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "niangjia"
LIMIT = 400
RULES = re.compile(r"niangjia/\w+/(models|queries|services|permissions)(/|\.py$)")
SERVICES = re.compile(r"niangjia/\w+/services(/|\.py$)")
DOORS = re.compile(r"niangjia/\w+/(views|api)(/|\.py$)")
HTTP = {"django.http", "django.shortcuts", "ninja"}
MAY_SIGNAL = 12
# Libraries that take so long to import that only the work which needs them should wait (docs/architecture.md).
SLOW = {
    "openpyxl",
    "pypinyin",
    "typst",
    "docx",
    "xlsxwriter",
    "lunar_python",
    "cel_expr_python",
    "segno",
    "PIL",
    "cwt",
}


def sources(*, tests: bool = False) -> list[Path]:
    """The project's own modules, without migrations and generated code."""
    found = []
    for path in sorted(HOUSE.rglob("*.py")):
        parts = path.relative_to(HOUSE).parts
        if "migrations" in parts or "node_modules" in parts or parts[:2] == ("audiences", "cel"):
            continue
        if tests or "tests" not in parts:
            found.append(path)
    return found


def read_sources() -> Iterator[tuple[str, str]]:
    """Each with its place in the project, whatever the folder of the checkout is called."""
    for path in sources():
        yield f"niangjia/{path.relative_to(HOUSE).as_posix()}", path.read_text()


def modules_imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def http_in_rules(path: str, code: str) -> list[str]:
    if not RULES.search(path):
        return []
    return [
        name for name in modules_imported(ast.parse(code)) if any(name == h or name.startswith(f"{h}.") for h in HTTP)
    ]


def unscoped_reads(path: str, code: str) -> list[int]:
    """Lines of a door on which ``.objects`` is followed by anything but ``visible_to``."""
    if not DOORS.search(path):
        return []
    lines = []
    parents = {child: node for node in ast.walk(ast.parse(code)) for child in ast.iter_child_nodes(node)}
    for node, parent in parents.items():
        if isinstance(node, ast.Attribute) and node.attr == "objects":
            follows = parent.attr if isinstance(parent, ast.Attribute) else ""
            if follows != "visible_to":
                lines.append(node.lineno)
    return lines


def hidden_imports(path: str, code: str) -> list[str]:
    """Imports inside functions, but for slow libraries and ``apps.py``, where Django wants them there."""
    if path.endswith(("apps.py", "__main__.py")):
        return []
    found = []
    for function in ast.walk(ast.parse(code)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            found += [name for name in modules_imported(function) if name.split(".")[0] not in SLOW]
    return found


@pytest.mark.parametrize("path", sources(tests=True), ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LIMIT


def test_rules_know_nothing_of_http() -> None:
    found = {path: http_in_rules(path, code) for path, code in read_sources()}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("path", "code", "caught"),
    [
        ("x/services.py", "from django.http import Http404", ["django.http"]),
        ("x/services/claims.py", "from django.shortcuts import get_object_or_404", ["django.shortcuts"]),
        ("x/views.py", "from django.http import Http404", []),
        ("x/services.py", "from django.db import models", []),
    ],
)
def test_the_rule_about_http_bites(path: str, code: str, caught: list[str]) -> None:
    assert http_in_rules(f"niangjia/{path}", code) == caught


def test_doors_read_only_what_is_visible() -> None:
    found = {path: unscoped_reads(path, code) for path, code in read_sources()}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("path", "code", "caught"),
    [
        ("x/views.py", "Claim.objects.get(pk=1)", [1]),
        ("x/api/claims.py", "Claim.objects.all()", [1]),
        ("x/views.py", "rows = Claim.objects", [1]),
        ("x/views.py", "Claim.objects.visible_to(request.user).get(pk=1)", []),
        ("x/queries.py", "Claim.objects.all()", []),
    ],
)
def test_the_rule_about_reads_bites(path: str, code: str, caught: list[int]) -> None:
    assert unscoped_reads(f"niangjia/{path}", code) == caught


def savepoints_of_services(path: str, code: str) -> list[str]:
    """Services that are no part of the one that calls them; ``with`` marks a stretch that may fail, and is well."""
    if not SERVICES.search(path):
        return []
    return [
        node.name
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.FunctionDef)
        and any("atomic" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]


def test_services_are_wrapped_in_one_way() -> None:
    found = {path: savepoints_of_services(path, code) for path, code in read_sources()}
    assert {path: names for path, names in found.items() if names} == {}, "use @whole (niangjia/core/transactions.py)"


@pytest.mark.parametrize(
    ("path", "code", "caught"),
    [
        ("x/services.py", "@transaction.atomic\ndef pay(): pass", ["pay"]),
        ("x/services/claims.py", "@atomic(durable=True)\ndef pay(): pass", ["pay"]),
        ("x/services.py", "@whole\ndef pay():\n    with transaction.atomic():\n        pass", []),
        ("x/workers.py", "@transaction.atomic\ndef pay(): pass", []),
    ],
)
def test_the_rule_about_wrapping_bites(path: str, code: str, caught: list[str]) -> None:
    assert savepoints_of_services(f"niangjia/{path}", code) == caught


def test_imports_stand_at_the_top() -> None:
    found = {path: hidden_imports(path, code) for path, code in read_sources()}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("path", "code", "caught"),
    [
        ("x/services.py", "def f():\n    from niangjia.members import services", ["niangjia.members"]),
        ("x/services.py", "def f():\n    import openpyxl", []),
        ("x/apps.py", "def ready(self):\n    from niangjia.x import facts", []),
    ],
)
def test_the_rule_about_imports_bites(path: str, code: str, caught: list[str]) -> None:
    assert hidden_imports(f"niangjia/{path}", code) == caught


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("niangjia.")]


FOREIGN_DAY = re.compile(r"\b(?:at|now|now\(\)|\w+_at)\.date\(\)")


def test_the_day_of_a_moment_is_the_local_one() -> None:
    """A moment's own ``date()`` is that of Greenwich, yesterday until eight in the morning."""
    found = [path for path in sources() if FOREIGN_DAY.search(path.read_text())]
    assert found == [], "use timezone.localdate(moment)"
    assert FOREIGN_DAY.search("until < at.date()")
    assert FOREIGN_DAY.search("timezone.now().date()")
    assert not FOREIGN_DAY.search("timezone.localdate(at)")


def test_no_model_writes_past_its_services() -> None:
    assert [model.__name__ for model in own_models() if "save" in vars(model) or "delete" in vars(model)] == []


def test_constraints_are_named_as_sentences() -> None:
    names = [constraint.name for model in own_models() for constraint in model._meta.constraints]
    assert [name for name in names if name.count("_") < 2] == []
    assert len(names) == len(set(names))


def test_signals_are_few_and_listed() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    declared = []
    for path in HOUSE.glob("*/signals.py"):
        for node in ast.parse(path.read_text()).body:
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Call)
                and ast.unparse(node.value.func) == "Signal"
            ):
                declared += [f"{path.parent.name}.{ast.unparse(target)}" for target in node.targets]
    assert len(declared) <= MAY_SIGNAL
    assert [name for name in declared if f"`{name}`" not in page] == []


def test_nobody_listens_to_the_signals_of_models() -> None:
    for signal in (
        models.signals.pre_save,
        models.signals.post_save,
        models.signals.pre_delete,
        models.signals.post_delete,
    ):
        assert isinstance(signal, Signal)
        heard = [receiver for entry in signal.receivers if (receiver := entry[1]) is not None]
        assert [repr(found) for found in heard if "niangjia" in repr(found)] == []


DEFERRED = re.compile(r"""(?:defer|start|put)\(\s*["']([a-z_]+\.[a-z_]+)["']""")


def test_every_deferred_name_is_a_job() -> None:
    named = {name for path in sources() for name in DEFERRED.findall(path.read_text())}
    assert named - set(queue.functions) == set()


def test_functions_are_short() -> None:
    """Budgets of docs/architecture.md: none over 60 lines, nine in ten within 25, half within 8."""
    lengths = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lengths += [((node.end_lineno or 0) - node.lineno + 1, f"{path.relative_to(HOUSE)}:{node.name}")]
    lengths.sort()
    assert [where for length, where in lengths if length > 60] == []
    assert lengths[len(lengths) * 9 // 10][0] <= 25
    assert lengths[len(lengths) // 2][0] <= 10
