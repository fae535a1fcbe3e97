import os
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from niangjia.audit.models import Entry
from niangjia.core.errors import InvalidInput, NotPermitted
from niangjia.files import services
from niangjia.files.models import StoredFile
from niangjia.files.permissions import MANAGE, VIEW
from niangjia.files.workers import tidy
from niangjia.identity.models import User
from niangjia.identity.tests.factories import Cast, holder, make_cast
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db

SECRET = "身份证号 11010119900101000X".encode()


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.FILES_FOLDER = tmp_path / "files"
    return tmp_path / "files"


def put(tree: Tree, content: bytes = b"content", *, by: User | None = None, **more: object) -> StoredFile:
    fields: dict[str, object] = {"name": "名册.csv", "purpose": "test"} | more
    return services.store(content, organization=tree.unit, actor=by, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("sealed", [False, True])
def test_what_was_stored_is_read_back(tree: Tree, sealed: bool) -> None:
    stored = put(tree, SECRET, sealed=sealed)
    again = StoredFile.objects.get(pk=stored.pk)
    assert services.read(again) == SECRET
    assert (again.size, again.media_type, again.organization_path) == (len(SECRET), "text/plain", tree.unit.path)


def test_an_upload_is_stored_like_bytes(tree: Tree) -> None:
    stored = services.store(
        SimpleUploadedFile("x.csv", SECRET), name="x.csv", organization=tree.unit, purpose="test", actor=None
    )
    assert services.read(stored) == SECRET


def test_sealed_content_is_not_readable_on_the_disk_and_plain_content_is(tree: Tree) -> None:
    assert SECRET in services.path_of(put(tree, SECRET)).read_bytes()
    assert SECRET not in services.path_of(put(tree, SECRET, sealed=True)).read_bytes()


def test_the_folder_tells_neither_name_nor_reader(tree: Tree) -> None:
    stored = put(tree)
    path = services.path_of(stored)
    assert "名册" not in str(path)
    assert path.stat().st_mode & 0o077 == 0


def test_sealed_content_opens_in_no_other_row(tree: Tree) -> None:
    first, second = put(tree, SECRET, sealed=True), put(tree, SECRET, sealed=True)
    services.path_of(second).write_bytes(services.path_of(first).read_bytes())
    with pytest.raises(services.ContentGone) as refused:
        services.read(second)
    assert refused.value.code == "content-damaged"


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("content", [b"", b"other"])
def test_content_changed_on_the_disk_is_not_handed_out(tree: Tree, sealed: bool, content: bytes) -> None:
    stored = put(tree, SECRET, sealed=sealed)
    services.path_of(stored).write_bytes(content)
    with pytest.raises(services.ContentGone):
        services.read(stored)


@pytest.mark.parametrize(("content", "code"), [(b"", "invalid-input"), (b"x" * 101, "too-large")])
def test_the_empty_and_the_too_large_are_refused_and_nothing_is_kept(
    tree: Tree, folder: Path, settings: Settings, content: bytes, code: str
) -> None:
    settings.UPLOAD_LIMIT = 100
    with pytest.raises(InvalidInput) as refused:
        put(tree, content)
    assert refused.value.code == code
    assert not StoredFile.objects.exists()
    assert not Entry.objects.filter(action="files.file.store").exists()
    assert not list(folder.glob("*/*"))


def test_removing_deletes_the_content_and_keeps_the_row(
    tree: Tree, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    stored, officer = put(tree), holder(MANAGE, at=tree.unit)
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_file(stored, actor=officer, at=timezone.now())
    assert not services.path_of(stored).exists()
    gone = StoredFile.objects.get(pk=stored.pk)
    assert gone.removed_at
    with pytest.raises(services.ContentGone):
        services.read(gone)
    assert [entry.actor_id for entry in Entry.objects.filter(action="files.file.remove")] == [officer.pk]


@pytest.mark.parametrize("who", ["member", "elsewhere", "nobody"])
def test_removing_is_refused_to_others_and_changes_nothing(tree: Tree, who: str) -> None:
    stored, cast = put(tree), make_cast(tree, MANAGE)
    with pytest.raises(NotPermitted):
        services.remove_file(stored, actor=getattr(cast, who), at=timezone.now())
    assert services.read(StoredFile.objects.get(pk=stored.pk)) == b"content"


def test_only_what_is_past_its_day_is_removed_at_night(
    tree: Tree, folder: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    today = timezone.localdate()
    late = put(tree, keep_until=today - timedelta(days=1))
    last_day, for_good = put(tree, keep_until=today), put(tree)
    with django_capture_on_commit_callbacks(execute=True):
        tidy()
    assert set(StoredFile.objects.kept()) == {last_day, for_good}
    assert not services.path_of(late).exists()
    assert services.path_of(last_day).exists()


def test_a_file_whose_transaction_failed_is_swept_away_a_day_later(tree: Tree, folder: Path) -> None:
    kept = put(tree)
    with transaction.atomic():
        put(tree)
        transaction.set_rollback(True)
    assert len(list(folder.glob("*/*"))) == 2
    assert services.sweep_strays(before=timezone.now() - timedelta(days=1)) == 0
    for path in folder.glob("*/*"):
        os.utime(path, (0, 0))
    assert services.sweep_strays(before=timezone.now() - timedelta(days=1)) == 1
    assert list(folder.glob("*/*")) == [services.path_of(kept)]


@pytest.mark.parametrize(
    ("who", "status"), [("member", 404), ("officer", 200), ("above", 200), ("elsewhere", 404), ("nobody", 404)]
)
def test_a_file_is_downloaded_by_those_who_may_see_its_unit(tree: Tree, client: Client, who: str, status: int) -> None:
    stored = put(tree, name='名 "册".csv')
    client.force_login(getattr(make_cast(tree, VIEW), who))
    response = client.get(f"/files/{stored.pk}/")
    assert response.status_code == status
    if status == 200:
        assert response.content == b"content"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Disposition"] == (
            "attachment; filename=\"file\"; filename*=UTF-8''%E5%90%8D%20_%E5%86%8C_.csv"
        )
        assert "no-store" in response["Cache-Control"]


def test_the_one_who_stored_it_may_take_it_again(tree: Tree, client: Client) -> None:
    cast: Cast = make_cast(tree)
    stored = put(tree, SECRET, by=cast.member, sealed=True)
    client.force_login(cast.member)
    assert client.get(f"/files/{stored.pk}/").content == SECRET
    assert (
        Entry.objects.filter(action="files.file.read", actor_id=cast.member.pk, target_id=str(stored.pk)).count() == 1
    )


def test_reading_a_plain_file_leaves_no_entry(tree: Tree, client: Client) -> None:
    stored, officer = put(tree), holder(VIEW, at=tree.unit)
    client.force_login(officer)
    client.get(f"/files/{stored.pk}/")
    assert not Entry.objects.filter(action="files.file.read").exists()


def test_without_logging_in_there_is_no_file(tree: Tree, client: Client) -> None:
    assert client.get(f"/files/{put(tree).pk}/").status_code == 302
    assert client.get(f"/files/{uuid4()}/").status_code == 302


def test_a_removed_file_says_that_it_is_gone(tree: Tree, client: Client) -> None:
    stored = put(tree, keep_until=date(2020, 1, 1))
    services.remove_expired(at=timezone.now(), on=timezone.localdate())
    client.force_login(holder(VIEW, at=tree.unit))
    with pytest.raises(services.ContentGone):
        services.hand_out(StoredFile.objects.get(pk=stored.pk), actor=holder(VIEW, at=tree.unit))
