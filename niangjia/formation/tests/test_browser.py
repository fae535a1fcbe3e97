"""A whole founding in a real browser, from the first talk to the union in the tree, on a phone and in an office."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from niangjia.formation.models import Founding, Post, Term
from niangjia.formation.tests.factories import EVERYTHING, with_rules
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder
from niangjia.org.tests.factories import make_tree


def log_in(page: Page, site: str, user: User) -> None:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(folder) / f"{width}-{name}.png", full_page=True)


def fits(page: Page) -> bool:
    """Whether nothing makes the page wider than the screen."""
    narrow: bool = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    return narrow


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()
    page.wait_for_load_state()


def propose(page: Page) -> None:
    page.goto("/staff/formation/")
    page.get_by_role("link", name="办理建会").first.click()
    page.get_by_label("工会全称").fill("红桥市场工会联合会")
    page.get_by_label("组织编码").fill("BJ-XC-TQ-HQ")
    page.get_by_label("组织类型").select_option("joint")
    page.get_by_label("涉及用人单位").fill("红桥市场有限公司\n红桥物业管理有限公司")
    for label, value in (("职工人数", "80"), ("其中女职工", "30"), ("愿意入会人数", "60")):
        page.get_by_label(label).fill(value)
    shot(page, "1-propose")
    press(page, "开始建会")
    expect(page.get_by_role("heading", level=1)).to_contain_text("建会：沟通中")


def talk(page: Page, side: str, who: str) -> None:
    page.get_by_label("沟通方").select_option(side)
    page.get_by_label("沟通对象").fill(who)
    page.get_by_label("沟通结果").select_option("agrees")
    press(page, "登记这次沟通")


def elect(page: Page) -> None:
    for label, value in (("实到人数", "55"), ("委员会应选人数", "3"), ("经费审查委员会应选人数", "1")):
        page.get_by_label(label, exact=True).fill(value)
    people = (("李红", "chair", "50"), ("王强", "member", "48"), ("张敏", "member", "47"), ("赵刚", "member", "9"))
    for number, (name, post, votes) in enumerate((*people, ("周平", "audit_chair", "51"))):
        page.locator(f"[name=elect-c-{number}-name]").fill(name)
        page.locator(f"[name=elect-c-{number}-post]").select_option(post)
        page.locator(f"[name=elect-c-{number}-votes]").fill(votes)
        if name != "赵刚":
            page.locator(f"[name=elect-c-{number}-elected]").check()
    press(page, "增加候选人行")
    expect(page.locator("[name=elect-c-0-name]")).to_have_value("李红")
    expect(page.locator("[name=elect-c-10-name]")).to_be_visible()
    shot(page, "4-election")
    press(page, "登记选举情况")


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_a_union_is_founded(site: str, screen: str, request: pytest.FixtureRequest) -> None:
    page: Page = request.getfixturevalue(screen)
    with_rules()
    tree = make_tree()
    log_in(page, site, holder(*EVERYTHING, at=tree.unit, name="天桥干部"))
    propose(page)
    expect(page.get_by_text("尚未与这一方谈妥：用人单位、职工。")).to_be_visible()
    talk(page, "employer", "钱经理")
    talk(page, "workers", "职工代表冯丽")
    expect(page.get_by_text("尚未与这一方谈妥")).to_have_count(0)
    shot(page, "2-talks")
    assert fits(page)
    press(page, "报送建会请示")
    expect(page.get_by_role("heading", level=1)).to_contain_text("建会：已报送申请")
    shot(page, "3-decide")
    press(page, "同意申请")
    elect(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("已选举")
    expect(page.get_by_text("女会员 30 人，未设女职工委员会。")).to_be_visible()
    shot(page, "5-elected")
    press(page, "报送选举结果")
    assert fits(page)
    press(page, "批准选举结果并建立工会")
    expect(page.get_by_role("heading", level=1)).to_contain_text("选举结果已批准")
    founding = Founding.objects.get()
    unit = founding.unit
    assert unit
    assert (unit.parent, unit.code, unit.opened_on) == (tree.unit, "BJ-XC-TQ-HQ", founding.confirmed_on)
    assert Term.objects.get().organization == unit
    assert set(Post.objects.values_list("name", flat=True)) == {"李红", "王强", "张敏", "周平"}
    page.get_by_label("统一社会信用代码").fill("81110102mc0000001u")
    page.get_by_label("证书日期").fill(founding.opened_on.isoformat())
    press(page, "登记法人资格")
    expect(page.get_by_role("heading", level=1)).to_contain_text("已取得法人资格")
    shot(page, "6-done")
    page.goto(f"/staff/organizations/{unit.pk}/")
    expect(page.get_by_text("主席 李红")).to_be_visible()
    page.get_by_role("link", name="查看任期与任职").click()
    shot(page, "7-unit")
    assert fits(page)
