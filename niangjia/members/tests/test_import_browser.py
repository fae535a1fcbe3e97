"""A roster goes from the file to the registry in a real browser, with jobs running beside it."""

from io import BytesIO

import openpyxl
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from niangjia.coverage.permissions import MANAGE
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder
from niangjia.members import services
from niangjia.members.models import Member
from niangjia.members.permissions import CHANGE, EXPORT, IMPORT, REVEAL, VIEW
from niangjia.members.tests.factories import make_id_number, make_member
from niangjia.org.tests.factories import make_tree

HEADERS = ["编号", "本人姓名", "证件编码", "联系方式(手机)", "男女", "服务单位全称", "从事岗位"]


def signed_in(page: Page, user: User, site: str) -> Page:
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    return page


def faults(page: Page) -> list[str]:
    """What axe finds wrong on the page."""
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in Axe().run(page).response["violations"]]


def workbook(rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["天桥街道 2026 年职工花名册"])
    sheet.merge_cells("A1:G1")
    for row in ([], HEADERS, *rows):
        sheet.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_roster_is_brought_in(site: str, desk: Page, worker: None) -> None:
    services.ensure_occupations(actor=None)
    tree = make_tree()
    officer = holder(VIEW, CHANGE, IMPORT, REVEAL, EXPORT, MANAGE, at=tree.unit, name="天桥干部")
    known = make_member(tree.unit, name="李红", phone="13900000001")
    rows = [
        [str(at), "王小明", make_id_number(sex="m"), f"1380000{at:04}", "男", "天桥物业公司", "保安"]
        for at in range(1, 40)
    ]
    rows.append(["40", "张三", make_id_number()[:-1] + "?", "13800009999", "女", "天桥物业公司", "保洁"])
    rows.append(["41", "李红", str(known.id_number).lower(), "13900000001", "女", "", ""])
    rows.append(["42", "赵六", "1.10108E+17", "010-63012351", "女", "=1+1", "宇航"])
    page = signed_in(desk, officer, site)
    page.goto("/staff/imports/new/")
    page.set_input_files("input[type=file]", {"name": "花名册.xlsx", "mimeType": "", "buffer": workbook(rows)})
    assert faults(page) == []
    page.get_by_role("button", name="上传并查看各列").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("读取了 42 行")
    assert faults(page) == []
    page.get_by_role("button", name="开始核对").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已核对 42 行", timeout=20_000)
    expect(page.get_by_role("heading", level=1)).to_contain_text("39 行可以写入，2 行有错误")
    expect(page.locator("main")).to_contain_text("第 45 行 身份证号：被存成了数字，后几位已经丢失")
    assert faults(page) == []
    page.get_by_role("button", name="写入 39 行").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已写入 39 行", timeout=20_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标出错误的文件").click()
    sheet = openpyxl.load_workbook(BytesIO(download.value.path().read_bytes())).worksheets[0]
    assert sheet["C43"].fill.fgColor.rgb.endswith("F4B8B0")
    assert Member.objects.count() == 40
    for address in ("", f"{known.pk}/", "new/", f"{known.pk}/reveal/", "corrections/"):
        page.goto(f"/staff/members/{address}")
        assert faults(page) == [], address
