"""Both doors in a real Chromium, on a phone and on an office screen, by hand, by keyboard and without script."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from niangjia.identity.models import User
from niangjia.identity.permissions import VIEW
from niangjia.identity.tests.factories import holder, person
from niangjia.identity.tests.test_staff_log_in import digits
from niangjia.org.tests.factories import make_tree

PASSWORD = "correct horse battery"


@pytest.fixture(params=["phone", "desk"])
def page(site: str, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of either width, that must not complain in its console."""
    opened: Page = request.getfixturevalue(request.param)
    complaints: list[str] = []
    opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    assert [line for line in complaints if "the server responded with a status of 4" not in line] == []


def sound(page: Page) -> None:
    """Axe finds nothing, and nothing is wider than the screen."""
    found = [
        (fault["id"], [node["html"] for node in fault["nodes"]]) for fault in Axe().run(page).response["violations"]
    ]
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def officer() -> User:
    user = holder(VIEW, at=make_tree().unit, name="周敏", password=PASSWORD)
    User.objects.filter(pk=user.pk).update(username="zhoumin")
    cache.clear()
    return user


def log_in(page: Page) -> None:
    page.goto("/account/login/")
    page.get_by_label("用户名").fill("zhoumin")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def test_a_member_comes_in_by_the_code_on_the_screen(page: Page) -> None:
    person("王芳", phone="13800000001")
    page.goto("/login/?next=/me/messages/")
    sound(page)
    page.get_by_label("手机号").fill("138 0000 0001")
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("输入验证码")
    field = page.get_by_label("短信验证码")
    assert field.get_attribute("autocomplete") == "one-time-code"
    sound(page)
    code = page.locator("#shown-code").inner_text()
    field.fill("000000" if code != "000000" else "111111")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator("#error-summary")).to_be_focused()
    sound(page)
    page.get_by_label("短信验证码").fill(code)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/me/messages/")
    sound(page)
    page.goto("/me/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("王芳")
    sound(page)


def test_a_stranger_to_the_roster_is_asked_who_and_told_what_to_do(page: Page) -> None:
    page.goto("/login/")
    page.get_by_label("手机号").fill("13900000009")
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_label("短信验证码").fill(page.locator("#shown-code").inner_text())
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("请问您是哪一位？")
    sound(page)
    page.get_by_label("您的姓名").fill("查无此人")
    page.get_by_label("身份证号后四位").fill("000X")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator("#error-summary")).to_be_visible()
    sound(page)


def test_a_member_comes_in_without_script(site: str, browser: Browser) -> None:
    person("王芳", phone="13800000001")
    with browser.new_context(base_url=site, java_script_enabled=False, locale="zh-CN") as context:
        page = context.new_page()
        page.goto("/login/")
        page.fill("[name=phone]", "13800000001")
        page.click("main button.main")
        page.fill("[name=code]", page.inner_text("#shown-code"))
        page.click("main button.main")
        page.wait_for_url("**/me/")
        page.goto("/account/login/")
        assert not page.get_by_role("button", name="用通行密钥登录").is_visible()


def test_an_officer_sets_up_the_app_and_comes_in_with_it(page: Page) -> None:
    officer()
    page.goto("/account/login/")
    sound(page)
    log_in(page)
    page.wait_for_url("**/staff/")
    sound(page)
    page.goto("/account/")
    sound(page)
    page.get_by_role("link", name="设置验证器应用").click()
    sound(page)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("img", name="验证器应用的二维码")).to_be_visible()
    sound(page)
    secret = re.sub(r"\s", "", page.locator("#totp-secret").inner_text())
    page.get_by_label("动态码").fill(digits(secret))
    page.get_by_role("button", name="设置验证器应用").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("10 个备用码")
    sound(page)
    page.context.clear_cookies()
    cache.clear()
    log_in(page)
    page.wait_for_url("**/account/second/")
    sound(page)
    page.get_by_label("动态码").fill(digits(secret))
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/staff/")


def passkey_holder(page: Page) -> Any:
    """A device that keeps passkeys and whose owner always consents, as Chromium offers one for tests."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def test_an_officer_adds_a_passkey_and_comes_in_with_it_alone(page: Page) -> None:
    user = officer()
    passkey_holder(page)
    log_in(page)
    page.goto("/account/passkeys/new/")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="继续").click()
    sound(page)
    page.get_by_label("通行密钥的名称").fill("办公室电脑")
    page.get_by_role("button", name="添加这个通行密钥").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("备用码")
    page.goto("/account/passkeys/")
    expect(page.get_by_text("办公室电脑")).to_be_visible()
    sound(page)
    page.context.clear_cookies()
    page.goto("/account/login/")
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_url("**/staff/")
    assert User.objects.get(pk=user.pk).last_login is not None


def test_a_passkey_that_is_not_there_is_told_on_the_page(page: Page) -> None:
    officer()
    passkey_holder(page)
    page.goto("/account/login/")
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.get_by_text("没有用上通行密钥")).to_be_visible()
