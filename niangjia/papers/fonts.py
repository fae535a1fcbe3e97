"""Which typefaces papers are set in: those of the system and those put into the fonts folder. Never boxes."""

import re
from functools import cache
from pathlib import Path

import typst
from django.conf import settings
from django.utils.translation import gettext as _

from niangjia.core.errors import DomainError

# The faces that official papers ask for come first, free ones that stand in for them after.
ROLES: dict[str, tuple[str, ...]] = {
    "body": ("FangSong", "仿宋", "FangSong_GB2312", "仿宋_GB2312", "STFangsong", "Noto Serif CJK SC"),
    "title": ("FZXiaoBiaoSong-B05", "方正小标宋简体", "FZXiaoBiaoSong-B05S", "STZhongsong", "Noto Serif CJK SC"),
    "song": ("SimSun", "宋体", "STSong", "Noto Serif CJK SC"),
    "hei": ("SimHei", "黑体", "STHeiti", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei"),
    "kai": ("KaiTi", "楷体", "KaiTi_GB2312", "楷体_GB2312", "STKaiti", "LXGW WenKai", "Noto Serif CJK SC"),
}
LATIN = ("Libertinus Serif",)
PROBE = "国薇"


class FontMissing(DomainError):
    """No typeface with Chinese characters is there, so a paper would be boxes."""

    code = "font-missing"
    status = 503


def fonts() -> typst.Fonts:
    """The typefaces at hand, read once; while none knows Chinese the folders are read again at each call."""
    found = _fonts(Path(settings.FONTS_FOLDER))
    if not _knows_chinese(found):
        _fonts.cache_clear()
        _knows_chinese.cache_clear()
        raise FontMissing(
            _("Papers cannot be made: this machine has no typeface with Chinese characters."),
            remedy=_("Install the package fonts-noto-cjk, or put a font file into %(folder)s, and try again.")
            % {"folder": settings.FONTS_FOLDER},
        )
    return found


def stacks() -> dict[str, list[str]]:
    """For each role the visible families in order of preference; the rest of the fonts stand behind them."""
    visible = set(fonts().families())
    return {role: [name for name in names if name in visible] or list(LATIN) for role, names in ROLES.items()}


@cache
def _fonts(folder: Path) -> typst.Fonts:
    return typst.Fonts(font_paths=[folder] if folder.is_dir() else [])


@cache
def _knows_chinese(found: typst.Fonts) -> bool:
    """Whether two characters come out as two shapes: a missing one is a box, and boxes are alike."""
    drawn = typst.compile(f"#set page(width: 9cm)\n{PROBE}".encode(), font_paths=found, format="svg")
    return len(set(re.findall(rb'href="#(\w+)"', drawn))) == len(PROBE)
