"""What stands in a PDF is what was said, and a machine without Chinese faces says so."""

from pathlib import Path

import pytest
import typst
from django.conf import settings as django_settings
from django.test import override_settings

from niangjia.papers import fonts
from niangjia.papers.fonts import FontMissing
from niangjia.papers.pdf import render_pdf
from niangjia.papers.tests.samples import HOSTILE, page_count, report, sign_for, text_of


def test_a_report_says_everything_it_was_given(tmp_path: Path) -> None:
    made = render_pdf("papers/official", report().data())
    assert made.startswith(b"%PDF")
    (text,) = text_of(made, tmp_path)
    for said in (
        "天桥街道总工会",
        "2026年送温暖活动情况报告",
        "西城区总工会：",
        "（一）按单位",
        "表1按单位统计",
        "合计219161",
        "环卫工人320人",
        "—1—",
    ):
        assert said in text


def test_what_a_person_typed_never_becomes_markup(tmp_path: Path) -> None:
    made = render_pdf("papers/official", report().data())
    assert page_count(made) == 1
    (text,) = text_of(made, tmp_path)
    assert "".join(HOSTILE.split()) in text


def test_the_same_data_make_the_same_file() -> None:
    assert render_pdf("papers/official", report().data()) == render_pdf("papers/official", report().data())


@pytest.mark.parametrize(
    ("people", "sums"),
    [
        (1, [(1, 2)]),
        (13, [(13, 26)]),
        (14, [(13, 26), (1, 2)]),
        (40, [(13, 26), (13, 26), (13, 26), (1, 2)]),
    ],
)
def test_each_page_of_a_sign_for_sheet_stands_alone(people: int, sums: list[tuple[int, int]], tmp_path: Path) -> None:
    made = render_pdf("papers/signfor", sign_for(people))
    assert page_count(made) == len(sums)
    pages = text_of(made, tmp_path)
    for number, (page, (count, pieces)) in enumerate(zip(pages, sums, strict=True), start=1):
        assert f"本页小计{count}人{pieces}份" in page
        assert f"第{number}页共{len(sums)}页" in page
        assert "姓名" in page
        assert page.count("王某") == count
    assert (f"合计{people}人{2 * people}份" in pages[-1]) == (len(sums) > 1)


@pytest.fixture
def no_faces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with Latin faces only, and a fonts folder of its own."""
    real = typst.Fonts
    monkeypatch.setattr(typst, "Fonts", lambda **kwargs: real(include_system_fonts=False, **kwargs))
    fonts._fonts.cache_clear()
    fonts._knows_chinese.cache_clear()
    folder = tmp_path / "fonts"
    folder.mkdir()
    return folder


def test_without_a_chinese_face_the_paper_is_refused_with_the_remedy(no_faces: Path) -> None:
    with override_settings(FONTS_FOLDER=no_faces), pytest.raises(FontMissing) as refused:
        render_pdf("papers/official", report().data())
    assert "fonts-noto-cjk" in str(refused.value.remedy)
    assert str(no_faces) in str(refused.value.remedy)
    fonts._fonts.cache_clear()
    fonts._knows_chinese.cache_clear()


def test_a_face_put_into_the_folder_is_found_without_a_restart(no_faces: Path) -> None:
    file = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
    if not file.exists():
        pytest.skip("fonts-noto-cjk is not installed")
    with override_settings(FONTS_FOLDER=no_faces):
        with pytest.raises(FontMissing):
            fonts.fonts()
        (no_faces / file.name).symlink_to(file)
        assert render_pdf("papers/official", report().data()).startswith(b"%PDF")
        assert fonts.stacks()["hei"] == ["Noto Sans CJK SC"]
    fonts._fonts.cache_clear()
    fonts._knows_chinese.cache_clear()


def test_a_missing_folder_is_no_fault() -> None:
    with override_settings(FONTS_FOLDER=Path(django_settings.HOME) / "nowhere"):
        assert fonts.stacks()["body"]
