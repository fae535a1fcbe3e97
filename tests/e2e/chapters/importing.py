"""The officer logs in, adds the place of collection, and brings the roster in."""

from pathlib import Path
from typing import Any

import openpyxl

from niangjia.members.models import Member
from niangjia.vouchers.models import ServicePoint
from tests.e2e.roster import FIELDS, PEOPLE, write_roster
from tests.e2e.story import OFFICER, POINT, Story, log_in_staff

FILE = "天桥剧场花名册.xlsx"
RED = "F4B8B0"
DUTY = "on_duty_festival"  # the one column whose header the officer has to explain, once
UNIT = "天桥街道总工会"


def the_officer_logs_in(story: Story) -> None:
    officer = story.officer.go("/account/login/")
    officer.fill(login=OFFICER, password="falsch").press("登录")
    assert "用户名与密码不符" in officer.words
    log_in_staff(officer, OFFICER)
    assert officer.page.url.endswith("/staff/")
    officer.go(f"/staff/units/{story.tree.sibling.pk}/", status=404)


def the_place_of_collection_is_added(story: Story) -> None:
    officer = story.officer.go("/staff/points/").press("添加领取点")
    officer.page.locator("main [name=organization]").select_option(label=UNIT)
    officer.fill(name=POINT, address="北纬路甲6号", hours="9:00–17:00", phone="010-83000001").press("保存领取点")
    assert POINT in officer.words
    assert ServicePoint.objects.get().organization == story.tree.unit


def upload(story: Story, path: Path) -> None:
    officer = story.officer.go("/staff/imports/new/")
    officer.page.locator("main [name=organization]").select_option(label=UNIT)
    officer.page.set_input_files("main [name=file]", path)
    officer.press("上传并查看各列")


def the_roster_is_imported(story: Story) -> None:
    officer, path = story.officer, story.folder / FILE
    wrong = write_roster(path)
    upload(story, path)
    boxes = officer.page.locator("main tbody select").all()
    assert [box.input_value() for box in boxes] == [name if name != DUTY else "" for name in FIELDS]
    boxes[FIELDS.index(DUTY)].select_option(DUTY)
    officer.press("开始核对")
    officer.page.get_by_role("button", name=f"写入 {len(PEOPLE)} 行").wait_for()
    officer.look()
    rows = officer.page.locator("tr").all_inner_texts()
    for number, words in wrong.items():
        assert [row for row in rows if row.split()[:1] == [str(number)] and words in row], (number, words)
    assert Member.objects.count() == 0
    marked = officer.reload_until("下载标出错误的文件").take("下载标出错误的文件", story.folder)
    sheet: Any = openpyxl.load_workbook(marked).active
    red = {cell.row for row in sheet.iter_rows() for cell in row if str(cell.fill.fgColor.rgb).endswith(RED)}
    assert red == set(wrong)
    officer.press(f"写入 {len(PEOPLE)} 行")
    officer.until("已写入")
    assert set(Member.objects.values_list("name", flat=True)) == {person.name for person in PEOPLE}


def the_same_file_changes_nothing(story: Story) -> None:
    officer, before = story.officer, set(Member.objects.values_list("pk", "updated_at"))
    upload(story, story.folder / FILE)
    assert [box.input_value() for box in officer.page.locator("main tbody select").all()] == list(FIELDS)
    officer.press("开始核对").until("没有可以写入的内容")
    assert set(Member.objects.values_list("pk", "updated_at")) == before
