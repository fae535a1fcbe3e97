from datetime import datetime

import pytest
from django import forms
from django.utils import timezone, translation

from niangjia.core.errors import DomainError, InvalidInput
from niangjia.ui import pages


class GiftForm(forms.Form):
    title = forms.CharField(label="名称", help_text="会员看到的名称")
    count = forms.IntegerField(label="份数", min_value=1, required=False)
    opens_at = forms.DateTimeField(label="开始")
    day = forms.DateField(label="日期", required=False)
    way = forms.ChoiceField(label="方式", choices=[("a", "抽签"), ("b", "先后")], widget=forms.RadioSelect)
    roster = forms.FileField(label="名册", required=False)
    agreed = forms.BooleanField(label="已核对")


@pytest.fixture(autouse=True)
def _chinese() -> object:
    with translation.override("zh-hans"):
        yield


def test_a_field_is_tied_to_its_help_and_its_error() -> None:
    html = GiftForm({"count": "0"}).render()
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert '<p class="help" id="id_title_helptext">会员看到的名称</p>' in html
    assert '<ul class="errors" id="id_title_error">' in html
    assert 'aria-invalid="true"' in html
    assert "请填写这一项。" in html
    assert "不能小于 1。" in html


def test_the_summary_leads_to_each_wrong_field() -> None:
    html = GiftForm({}).render()
    assert '<a href="#id_title">名称</a>' in html
    assert '<a href="#id_way_group">方式</a>' in html
    assert 'id="id_way_group"' in html
    assert "error-summary" not in GiftForm().render()


def test_the_optional_fields_say_so_and_the_others_are_required() -> None:
    html = GiftForm().render()
    assert html.count("选填") == 3
    assert 'name="title" class="input " required' in html.replace('maxlength="', "")


def test_dates_are_the_browsers_own_and_come_back_as_they_went() -> None:
    at = timezone.make_aware(datetime(2026, 1, 12, 9, 0, 7))  # noqa: DTZ001
    html = GiftForm(initial={"opens_at": at, "day": at.date()}).render()
    assert 'type="datetime-local" name="opens_at" value="2026-01-12T09:00:07"' in html
    assert 'type="date" name="day" value="2026-01-12"' in html
    sent = GiftForm({"title": "x", "opens_at": "2026-01-12T09:00:07", "day": "2026-01-12", "way": "a", "agreed": "on"})
    assert sent.is_valid(), sent.errors
    assert (sent.cleaned_data["opens_at"], sent.cleaned_data["day"]) == (at, at.date())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_browsers_dates_are_read_in_either_language(language: str) -> None:
    with translation.override(language):
        assert forms.DateTimeField().clean("2026-01-12T09:00").hour == 9
        assert str(forms.DateField().clean("2026-01-12")) == "2026-01-12"


def test_no_field_is_written_with_inline_style_or_script() -> None:
    html = GiftForm().render()
    assert "style=" not in html
    assert " onclick" not in html


def test_a_refusal_stands_at_its_field_or_atop_the_form() -> None:
    form = GiftForm({})
    pages.refuse(form, InvalidInput("只剩 3 份", field="count"))
    pages.refuse(form, DomainError("活动已经结束。", remedy="请看下一次。"))
    pages.refuse(form, InvalidInput("没有这个单位", field="absent"))
    assert form.errors["count"] == ["只剩 3 份"]
    assert form.non_field_errors() == ["活动已经结束。请看下一次。", "没有这个单位"]
