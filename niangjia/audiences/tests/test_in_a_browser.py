"""The condition builder in a real Chromium: the count follows at once, nothing ticked is lost, axe is content."""

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from niangjia.audiences.models import RuleVersion
from niangjia.audiences.tests.conftest import ALL
from niangjia.identity.models import User
from niangjia.identity.tests.factories import make_cast
from niangjia.members.models import Member, Occupation
from niangjia.members.tests.factories import make_member
from niangjia.org.tests.factories import make_tree


def enter(page: Page, site: str, user: User) -> list[str]:
    """Come in as somebody; returns what the console will say."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    told: list[str] = []
    page.on("console", lambda said: told.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    return told


def settle(desk: Page) -> None:
    """Wait until htmx has taken over what it drew: 20 ms in which a program, never a person, can choose in vain."""
    desk.wait_for_function("!document.querySelector('.htmx-request, .htmx-added, .htmx-settling, .htmx-swapping')")


def test_a_rule_is_built_counted_and_saved(site: str, desk: Page) -> None:
    tree = make_tree()
    officer = make_cast(tree, *ALL).officer
    cleaner, guard = (Occupation.objects.create(name=name, group=name) for name in ("cleaner", "guard"))
    for name, occupation in (("丁云亮", cleaner), ("王小红", guard), ("赵小明", None)):
        Member.objects.filter(pk=make_member(tree.unit, name=name).pk).update(occupation=occupation)
    told = enter(desk, site, officer)
    desk.goto("/staff/audiences/rules/new/")
    expect(desk.locator("#preview .figure-value").first).to_have_text("3人")
    desk.get_by_label("资格条件名称").fill("一线慰问")
    desk.get_by_role("button", name="添加条件", exact=True).click()
    desk.locator("#builder-0-fact").wait_for()
    settle(desk)
    desk.locator("#builder-0-fact").select_option("member.group")
    desk.get_by_label("保洁员").check()
    desk.get_by_label("保安员").check()
    expect(desk.locator("#preview .figure-value").first).to_have_text("2人")
    expect(desk.locator("#preview-people tbody tr")).to_have_count(2)
    expect(desk.get_by_label("保洁员")).to_be_checked()
    assert Axe().run(desk).response["violations"] == []
    desk.get_by_role("button", name="保存资格条件").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("现在 3 人中有 2 人符合")
    assert RuleVersion.objects.get().source == 'member.group in ["guard", "cleaner"]'
    assert Axe().run(desk).response["violations"] == []
    assert told == []
