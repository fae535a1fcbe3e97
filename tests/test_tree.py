"""The tree stays a tree: constraints, moves with everything below, and two movers at once."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from niangjia.audit.models import Entry
from niangjia.core.errors import DomainError, InvalidInput, NotPermitted
from niangjia.files import services as files
from niangjia.files.models import StoredFile
from niangjia.identity.tests.factories import grant, holder, make_cast
from niangjia.org import queries, services
from niangjia.org.models import Kind, Level, Organization, models_with_a_copy
from niangjia.org.permissions import MANAGE, VIEW
from niangjia.org.signals import unit_moved
from niangjia.org.standings import MoveRefused
from niangjia.org.tests.factories import Tree, make_organization, make_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def paths() -> dict[str, str]:
    return dict(Organization.objects.values_list("code", "path"))


def test_a_path_is_made_of_the_labels_from_the_root_down(tree: Tree) -> None:
    labels = [one.label for one in (tree.city, tree.district, tree.unit, tree.primary)]
    assert tree.primary.path == "".join(f"{label}." for label in labels)
    assert [one.code for one in queries.ancestors(tree.primary)] == ["BJ", "BJ-XC", "BJ-XC-TQ", "BJ-XC-TQ-1"]
    assert queries.misplaced() == []


def test_mine_and_below_is_the_subtree_and_nothing_beside(tree: Tree) -> None:
    assert {one.code for one in Organization.objects.under(tree.district)} == {
        "BJ-XC",
        "BJ-XC-TQ",
        "BJ-XC-TQ-1",
        "BJ-XC-TRT",
    }


def test_there_is_one_root(tree: Tree) -> None:
    with pytest.raises(IntegrityError, match="organization_there_is_one_root"):
        make_organization(None, code="SH")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"path": "abc.def."}, "organization_path_ends_with_its_label"),
        ({"opened_on": date(2026, 1, 2), "closed_on": date(2026, 1, 1)}, "organization_closes_after_it_opens"),
        ({"code": "BJ-CP"}, "code"),
    ],
)
def test_the_database_refuses_what_is_no_tree(tree: Tree, change: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Organization.objects.filter(pk=tree.unit.pk).update(**change)


def test_a_used_code_is_refused_in_words(tree: Tree) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_organization(tree.unit, code="BJ-CP")
    assert refused.value.field == "code"


def test_a_misplaced_unit_is_found(tree: Tree) -> None:
    Organization.objects.filter(pk=tree.primary.pk).update(parent=tree.sibling)
    assert queries.misplaced() == [tree.primary]


def test_a_move_takes_everything_below_and_every_copied_path_along(tree: Tree, tmp_path: Any, settings: Any) -> None:
    settings.FILES_FOLDER = tmp_path
    below = files.store(b"x", name="a", organization=tree.primary, purpose="test", actor=None)
    beside = files.store(b"x", name="b", organization=tree.sibling, purpose="test", actor=None)
    officer = holder(VIEW, at=tree.unit)
    heard: list[tuple[str, str]] = []

    def listen(sender: object, old_path: str, new_path: str, **kwargs: object) -> None:
        heard.append((old_path, new_path))

    unit_moved.connect(listen)
    old = tree.unit.path
    try:
        moved = services.move_organization(tree.unit, to=tree.elsewhere, actor=None)
    finally:
        unit_moved.disconnect(listen)
    assert moved.path == f"{tree.elsewhere.path}{tree.unit.label}."
    assert moved.parent == tree.elsewhere
    assert Organization.objects.get(pk=tree.primary.pk).path == f"{moved.path}{tree.primary.label}."
    assert StoredFile.objects.get(pk=below.pk).organization_path == f"{moved.path}{tree.primary.label}."
    assert StoredFile.objects.get(pk=beside.pk).organization_path == tree.sibling.path
    assert officer.assignments.get().organization_path == moved.path
    assert heard == [(old, moved.path)]
    assert queries.misplaced() == []


def test_a_move_reaches_every_table_with_a_copy_of_the_path_but_the_history() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.columns WHERE column_name = 'organization_path'")
        tables = {name for (name,) in cursor.fetchall()}
    assert tables - {model._meta.db_table for model in models_with_a_copy()} == {"audit_entry"}


def test_a_unit_does_not_hang_under_itself_nor_under_one_that_is_closed(tree: Tree) -> None:
    services.close_organization(tree.sibling, on=date(2026, 1, 1), actor=None)
    before = paths()
    for to in (tree.unit, tree.primary, tree.sibling):
        with pytest.raises(MoveRefused):
            services.move_organization(tree.unit, to=to, actor=None)
    assert paths() == before
    assert not Entry.objects.filter(action="org.organization.move").exists()


def test_moving_wants_the_right_at_both_ends(tree: Tree) -> None:
    cast = make_cast(tree, MANAGE)
    before = paths()
    for who in ("member", "officer", "above", "elsewhere", "nobody"):
        with pytest.raises(NotPermitted):
            services.move_organization(tree.unit, to=tree.elsewhere, actor=getattr(cast, who))
    assert paths() == before
    grant(cast.above, MANAGE, at=tree.elsewhere)
    cast.above.__dict__.pop("_granted")
    services.move_organization(tree.unit, to=tree.elsewhere, actor=cast.above)
    assert paths() != before


@pytest.mark.parametrize(("who", "may"), [("officer", True), ("above", True), ("elsewhere", False), ("nobody", False)])
def test_units_are_made_and_closed_by_those_who_look_after_them(tree: Tree, who: str, may: bool) -> None:
    actor = getattr(make_cast(tree, MANAGE), who)
    acts: list[Callable[[], object]] = [
        lambda: services.create_organization(
            parent=tree.unit, code="NEW", name="新", kind=Kind.JOINT, level=Level.PRIMARY, actor=actor
        ),
        lambda: services.close_organization(tree.primary, on=date(2026, 1, 1), actor=actor),
    ]
    before = paths()
    for act in acts:
        if may:
            act()
        else:
            with pytest.raises(NotPermitted):
                act()
    assert (paths() != before) == may
    assert (Organization.objects.get(pk=tree.primary.pk).closed_on is not None) == may


def test_only_the_system_makes_the_root(tree: Tree) -> None:
    with pytest.raises(NotPermitted):
        services.create_organization(
            parent=None,
            code="X",
            name="x",
            kind=Kind.FEDERATION,
            level=Level.PROVINCE,
            actor=holder(MANAGE, at=tree.city),
        )


def test_a_unit_with_open_units_below_it_is_not_closed(tree: Tree) -> None:
    with pytest.raises(DomainError) as refused:
        services.close_organization(tree.unit, on=date(2026, 1, 1), actor=None)
    assert refused.value.code == "has-open-units"
    services.close_organization(tree.primary, on=date(2026, 1, 1), actor=None)
    closed = services.close_organization(tree.unit, on=date(2026, 1, 2), actor=None)
    assert closed.closed_on == date(2026, 1, 2)
    with pytest.raises(DomainError):
        services.close_organization(tree.unit, on=date(2026, 1, 3), actor=None)


class Movers:
    """Several movers at once, each on a connection of its own; ``outcomes`` is what each got, or its refusal."""

    def __init__(self, *acts: Callable[[], object]) -> None:
        self.outcomes: list[object] = [None] * len(acts)
        threads = [threading.Thread(target=self._run, args=(n, act)) for n, act in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)

    def _run(self, number: int, act: Callable[[], object]) -> None:
        try:
            self.outcomes[number] = act()
        except DomainError as no:
            self.outcomes[number] = no
        finally:
            connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_units_do_not_end_up_under_each_other() -> None:
    tree = make_tree()
    other = make_organization(tree.sibling, code="BJ-XC-TRT-1")
    movers = Movers(
        lambda: services.move_organization(tree.primary, to=other, actor=None),
        lambda: services.move_organization(other, to=tree.primary, actor=None),
    )
    assert sorted(isinstance(outcome, MoveRefused) for outcome in movers.outcomes) == [False, True]
    assert queries.misplaced() == []


def move_while_the_target_moves(tree: Tree, target: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    """A union goes under another; between its reading and its writing, the other itself moves if it can."""
    read, moved = threading.Event(), threading.Event()
    slow: list[threading.Thread] = []

    def pause(*args: object) -> None:
        if threading.current_thread() in slow and not read.is_set():
            read.set()
            moved.wait(timeout=1)

    def hurry() -> None:
        read.wait(timeout=10)
        services.move_organization(target, to=tree.elsewhere, actor=None)
        moved.set()

    def dawdle() -> None:
        slow.append(threading.current_thread())
        services.move_organization(tree.primary, to=target, actor=None)

    monkeypatch.setattr("niangjia.org.services.access.require", pause)
    Movers(dawdle, hurry)


@pytest.mark.django_db(transaction=True)
def test_a_move_does_not_work_on_a_path_that_another_move_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = make_tree()
    target = make_organization(tree.sibling, code="BJ-XC-TRT-1")
    move_while_the_target_moves(tree, target, monkeypatch)
    primary, target = (Organization.objects.get(pk=one.pk) for one in (tree.primary, target))
    assert primary.path == f"{target.path}{primary.label}."
    assert target.parent_id == tree.elsewhere.pk
    assert queries.misplaced() == []


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_it_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same race with the lock taken away does harm, else the test above would prove nothing."""
    tree = make_tree()
    monkeypatch.setattr(services, "lock_tree", lambda: None)
    move_while_the_target_moves(tree, make_organization(tree.sibling, code="BJ-XC-TRT-1"), monkeypatch)
    assert [one.code for one in queries.misplaced()] == ["BJ-XC-TQ-1"]
