"""The condition builder on its page, with scripts and without."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from niangjia.audiences.models import Audience, Rule
from niangjia.audiences.tests.factories import make_rule
from niangjia.members.models import Member, Occupation
from niangjia.org.tests.factories import Tree

pytestmark = pytest.mark.django_db


def sent(html: str) -> dict[str, Any]:
    """What a browser without scripts would send of the form on the page, but for its buttons."""
    data: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="(builder[^"]*)" value="([^"]*)"', html):
        data.setdefault(name, []).append(value)
    for name, body in re.findall(r'<select [^>]*name="(builder[^"]*)"[^>]*>(.*?)</select>', html, re.DOTALL):
        data[name] = re.findall(r'<option value="([^"]*)" selected', body) or [""]
    for tag in re.findall(r"<input [^>]*>", html):
        named, value = (
            re.search(r'name="(builder-[\d-]+-(?:value|argument))"', tag),
            re.search(r'value="([^"]*)"', tag),
        )
        if named and value and ('type="checkbox"' not in tag or " checked" in tag):
            data.setdefault(named[1], []).append(value[1])
    if text := re.search(r'<textarea[^>]*name="(builder-source)"[^>]*>(.*?)</textarea>', html, re.DOTALL):
        data[text[1]] = [text[2].lstrip("\n").replace("&amp;", "&").replace("&quot;", '"')]
    return data


Press = Callable[..., str]


@pytest.fixture
def press(office: Client) -> Press:
    """Fill in some fields of the form on the page and press one of its buttons."""
    state = {"html": office.get(reverse("audiences:rule-new")).content.decode()}

    def go(do: str, **changes: Any) -> str:
        data = sent(state["html"]) | {f"builder-{name.replace('_', '-')}": value for name, value in changes.items()}
        answer = office.post(reverse("audiences:rule-new"), data | {"name": "春节慰问", "do": do}, follow=True)
        state["html"] = answer.content.decode()
        return state["html"]

    return go


def test_a_rule_is_built_without_scripts(press: Press, tree: Tree, member: Member) -> None:
    Occupation.objects.create(name="保洁", group="cleaner")
    press("builder:add")
    press("builder:show", **{"0_fact": "member.under"})
    html = press("builder:add", **{"0_argument": "BJ-XC-TQ-1"})
    assert "会籍在天桥剧场工会或其下级工会" in html or "还没有选择信息项" in html
    press("builder:show", **{"1_fact": "member.group"})
    press("builder:group", **{"1_operator": "none_of", "1_value": ["cleaner", "guard"]})
    press("builder:show", **{"2_0_fact": "member.age_on", "2_1_fact": "member.birth_on"})
    html = press(
        "builder:show",
        **{
            "2_0_argument": "2026-01-01",
            "2_0_operator": "at_least",
            "2_0_value": "60",
            "2_1_operator": "unknown",
        },
    )
    assert "丁云亮" not in html
    html = press("builder:remove:1")
    assert "现在符合" in html
    html = press("save")
    assert "已保存为第 1 版" in html
    version = Rule.objects.get().versions.get()
    assert version.source == (
        'member.under("BJ-XC-TQ-1") && (member.age_on(date("2026-01-01")) >= 60 || !member.birth_on.known)'
    )


def test_the_count_and_the_first_are_shown_at_once(press: Press, member: Member) -> None:
    html = press("builder:show")
    assert "所有人。" in html
    assert "丁云亮" in html


def test_a_group_goes_with_its_last_condition(press: Press) -> None:
    press("builder:group")
    press("builder:remove:0-0")
    html = press("builder:remove:0-0")
    assert "还没有条件" in html
    assert 'name="builder-item"' not in html


@pytest.mark.parametrize("verb", ["builder:remove:7", "builder:remove:x", "builder:add:9", "builder:remove:0-9"])
def test_a_button_of_a_row_that_is_gone_does_no_harm(press: Press, verb: str) -> None:
    press("builder:group")
    assert 'name="builder-item"' in press(verb)


def test_what_is_not_whole_is_not_saved_and_says_what_lacks(office: Client, press: Press) -> None:
    press("builder:add")
    html = press("save")
    assert "有一个条件还没有选择信息项" in html
    assert Rule.objects.count() == 0
    answer = office.post(reverse("audiences:rule-new"), {"do": "save", "name": "", "builder-join": "all"})
    assert (answer.status_code, Rule.objects.count()) == (422, 0)


def test_from_conditions_to_text_and_back(press: Press) -> None:
    press("builder:add")
    press("builder:show", **{"0_fact": "member.on_duty_festival"})
    html = press("builder:by-hand")
    assert 'name="builder-by-hand" value="yes"' in html
    assert "member.on_duty_festival" in html
    html = press("builder:conditions", source="member.birth_on < member.joined_on")
    assert "无法显示为条件" in html
    html = press("builder:conditions", source='member.sex == "f"')
    assert 'name="builder-by-hand"' not in html
    assert 'value="f" checked' in html


def test_what_is_written_by_hand_is_refused_with_its_place(press: Press) -> None:
    press("builder:by-hand")
    html = press("save", source="true &&\n member.occupatoin.known")
    assert "第 2 行第 2 个字符：没有名为“member.occupatoin”的信息项。" in html
    assert Rule.objects.count() == 0
    press("save", source="member.birth_on < member.joined_on")
    assert Rule.objects.get().versions.get().conditions is None


def test_htmx_gets_the_builder_alone(office: Client, tree: Tree, member: Member) -> None:
    data = {"builder-unit": str(tree.unit.pk), "builder-join": "all", "do": "builder:add"}
    html = office.post(reverse("audiences:builder"), data, headers={"HX-Request": "true"}).content.decode()
    assert html.lstrip().startswith('<div id="builder"')
    assert 'id="preview-people" class="section" hx-swap-oob="true"' in html
    assert office.get(reverse("audiences:builder")).status_code == 405


def test_a_change_is_a_new_version_and_keeps_the_name(office: Client, drafted: Audience) -> None:
    rule = drafted.rule_version.rule
    address = reverse("audiences:rule-change", args=[rule.pk])
    html = office.get(address).content.decode()
    assert 'value="member.on_duty_festival" selected' in html
    data = sent(html) | {"builder-0-operator": "no", "do": "save", "name": "别的名字"}
    assert office.post(address, data).status_code == 302
    assert [(each.number, each.source) for each in rule.versions.all()] == [
        (2, "!member.on_duty_festival"),
        (1, "member.on_duty_festival"),
    ]
    drafted.refresh_from_db()
    assert drafted.rule_version.number == 1


def test_the_builder_offers_only_units_one_sees_and_keeps_the_one_that_stands(office: Client, tree: Tree) -> None:
    version = make_rule(tree.unit, 'member.under("BJ-CP")')
    html = office.get(reverse("audiences:rule-change", args=[version.rule_id])).content.decode()
    offered = re.findall(r'<option value="(BJ[^"]*)"', html)
    assert offered == ["BJ-CP", "BJ-XC-TQ", "BJ-XC-TQ-1"]


def test_the_builder_asks_once_for_what_all_rows_offer(office: Client, tree: Tree, member: Member) -> None:
    counts = []
    for rows in (1, 3):
        source = " && ".join(f'member.under("{code}")' for code in ("BJ", "BJ-XC", "BJ-XC-TQ")[:rows])
        address = reverse("audiences:rule-change", args=[make_rule(tree.unit, source).rule_id])
        with CaptureQueriesContext(connection) as captured:
            office.get(address)
        listed = [query for query in captured if "LIMIT 400" in query["sql"]]
        counts.append(len(listed))
    assert counts == [1, 1]
