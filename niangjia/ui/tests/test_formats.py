from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from niangjia.ui import formats
from niangjia.ui.templatetags import ui as tags

NINE = datetime(2026, 1, 12, 1, 0, tzinfo=UTC)  # nine o'clock in Beijing


@pytest.mark.parametrize(
    ("said", "chinese", "english"),
    [
        (lambda: formats.day(date(2026, 1, 12)), "2026年1月12日（周一）", "Mon 12 January 2026"),
        (lambda: formats.day(datetime(2026, 1, 12, 17, tzinfo=UTC)), "2026年1月13日（周二）", "Tue 13 January 2026"),
        (lambda: formats.short_day(date(2026, 1, 12)), "2026年1月12日", "12 Jan 2026"),
        (lambda: formats.moment(NINE), "2026年1月12日（周一）9:00", "Mon 12 January 2026, 9:00"),
        (lambda: formats.day(None), "—", "—"),
        (lambda: formats.short_day(None), "—", "—"),
        (lambda: formats.moment(None), "—", "—"),
        (lambda: formats.rate(1047, 1107, "家"), "94.58 %，1,047 / 1,107 家", "94.58 %, 1,047 / 1,107 家"),
        (lambda: formats.rate(0, 0), "0 / 0", "0 / 0"),
        (
            lambda: formats.period(NINE, datetime(2026, 1, 20, 10, tzinfo=UTC)),
            "2026年1月12日（周一）9:00 至 1月20日（周二）18:00",
            "Mon 12 January 2026, 9:00 to Tue 20 January 2026, 18:00",
        ),
        (
            lambda: formats.period(NINE, datetime(2026, 1, 12, 3, 30, tzinfo=UTC)),
            "2026年1月12日（周一）9:00–11:30",
            "Mon 12 January 2026, 9:00–11:30",
        ),
        (lambda: formats.period(None, None), "—", "—"),
        (lambda: formats.period(date(2025, 12, 31), None), "2025年12月31日（周三） 至 —", "Wed 31 December 2025 to —"),
    ],
)
def test_days_and_rates_read_as_a_person_would_say_them(said: object, chinese: str, english: str) -> None:
    assert callable(said)
    with translation.override("zh-hans"):
        assert said() == chinese
    with translation.override("en"):
        assert said() == english


@pytest.mark.parametrize(
    ("mask", "given", "shown"),
    [
        (formats.masked_name, "张三", "张＊"),
        (formats.masked_name, "欧阳清和", "欧＊＊＊"),
        (formats.masked_phone, "13812345678", "138 **** 5678"),
        (formats.masked_phone, "12351", "****"),
        (formats.masked_id, "11010219900307002X", "110102 ******** 002X"),
        (formats.masked_id, "1101", "****"),
        (formats.masked_tail, "6222020200012345678", "**** 5678"),
        (formats.masked_tail, "5678", "****"),
        (formats.grouped, "K7P2M9QD", "K7P2 M9QD"),
    ],
)
def test_a_mask_shows_no_more_than_it_says(mask: object, given: str, shown: str) -> None:
    assert callable(mask)
    assert mask(given) == shown


def test_a_moment_on_a_page_is_a_time_that_machines_read_too() -> None:
    assert (
        tags.moment(NINE) == '<time class="when" datetime="2026-01-12T01:00:00+00:00">2026年1月12日（周一）9:00</time>'
    )
    assert tags.moment(None) == "—"


@pytest.mark.parametrize(("value", "shown"), [(1200, "1,200"), (0, "0"), (True, "True"), ("813", "813")])
def test_figures_have_their_thousands_apart(value: object, shown: str) -> None:
    assert tags.figures(value) == shown
