"""What a column looks like by its content: for each kind, the share of sampled values that could be one."""

import re
from collections.abc import Callable, Mapping, Sequence

from niangjia.core import phones
from niangjia.core.cleaning import compact, person_name
from niangjia.imports.dates import read_date
from niangjia.imports.registry import Kind
from niangjia.imports.wording import normal

NEARLY_ID = re.compile(r"[\dXx]{14,20}", re.ASCII)
ID_SHAPE = re.compile(r"\d{17}[\dXx]|\d{15}|\d(\.\d+)?[Ee]\+?1[4-7]", re.ASCII)
HAN = re.compile("[\u3400-\u9fff]")
CHINESE_NAME = re.compile("[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{2,12}(·[\u3400-\u9fff]{1,12}){1,3}")
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦"
    "贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎雷龙黎史陶贺毛段郝顾龚邵覃武钱戴严莫孔向常汤康易乔牛文葛安齐欧岳耿关路庞鲁柳聂祁温"
    "樊殷涂翟华倪舒尚霍宁梅费辛单蓝詹裴柴鲍庄左项祝焦游岑颜司马上官诸葛皇甫尉迟骆兰娄滕景苗房纪管冉宫穆盛解丛应邢甘褚桂凌成申章仇"
)
SEXES = frozenset({"男", "女", "男性", "女性", "m", "f", "male", "female"})
YES_NO = frozenset({"是", "否", "有", "无", "√", "✓", "×", "x", "y", "n", "yes", "no", "true", "false", "1", "0"})
FIRM = re.compile(
    "(公司|集团|厂|店|商行|市场|商场|剧团|中心|医院|学校|大学|学院|幼儿园|小学|中学|银行|酒店|饭店|宾馆|餐厅|超市|事务所|研究院|研究所|剧院|剧场|"
    "办事处|居委会|委员会|管理处|服务站|门市部|工作室|经营部|分公司|局|队|所)$"
)
UNION = re.compile("(工会|工会委员会|总工会|工会联合会|联合工会|分会|工会小组)$")
PLACE = re.compile("(省|市|区|县|路|街|巷|胡同|里|村|镇|号|楼|单元|室|院)")
MOST = 200
# How much a perfect column of a kind proves by itself, without any word in its header.
PROOF = {
    Kind.ID_NUMBER: 0.95,
    Kind.PHONE: 0.8,
    Kind.SEX: 0.9,
    Kind.PERSON_NAME: 0.6,
    Kind.ORGANIZATION: 0.8,
    Kind.EMPLOYER: 0.75,
    Kind.TERM: 0.85,
    Kind.ADDRESS: 0.55,
    Kind.DATE: 0.3,
    Kind.YES_NO: 0.3,
    Kind.TEXT: 0.0,
}
DECISIVE = frozenset(
    {Kind.ID_NUMBER, Kind.PHONE, Kind.SEX, Kind.DATE, Kind.PERSON_NAME, Kind.YES_NO}
)  # a column of these kinds is nothing else


def share(kind: Kind, values: Sequence[str], known: Mapping[str, str]) -> float:
    """Which share of ``values`` could be of ``kind``; ``known`` are the words of the kind in this installation."""
    sample = values[:MOST]
    if not sample or kind is Kind.TEXT:
        return 0.0
    fits = LOOKS.get(kind)
    hits = sum(1.0 if (fits and fits(value)) else _half(kind, value, known) for value in sample)
    if kind is Kind.PERSON_NAME and len(set(sample)) < 0.5 * len(sample):
        return 0.3 * hits / len(sample)  # names of people seldom repeat; names of trades and teams do
    return hits / len(sample)


def _half(kind: Kind, value: str, known: Mapping[str, str]) -> float:
    """A known word is as good as a shape; a number that is only too long or too short counts half."""
    if known and normal(value) in known:
        return 1.0
    return 0.5 if kind is Kind.ID_NUMBER and NEARLY_ID.fullmatch(compact(value)) else 0.0


def _is_date(value: str) -> bool:
    return not value.isdigit() and read_date(value) is not None


def _is_day_number(value: str) -> bool:
    return value.isdigit() and len(value) in {6, 8} and read_date(value) is not None


def _is_name(value: str) -> bool:
    name = person_name(value)
    return CHINESE_NAME.fullmatch(name) is not None and ("·" in name or name[0] in SURNAMES) and not FIRM.search(name)


def _is_address(value: str) -> bool:
    return len(value) >= 5 and len(PLACE.findall(value)) >= 2 and any(letter.isdigit() for letter in value)


LOOKS: dict[Kind, Callable[[str], bool]] = {
    Kind.ID_NUMBER: lambda value: ID_SHAPE.fullmatch(compact(value)) is not None,
    Kind.PHONE: lambda value: phones.is_mobile(phones.normal(value)),
    Kind.SEX: lambda value: compact(value).lower() in SEXES,
    Kind.PERSON_NAME: _is_name,
    Kind.ORGANIZATION: lambda value: UNION.search(compact(value)) is not None,
    Kind.EMPLOYER: lambda value: FIRM.search(compact(value)) is not None and HAN.search(value) is not None,
    Kind.ADDRESS: _is_address,
    Kind.DATE: lambda value: _is_date(value) or _is_day_number(value),
    Kind.YES_NO: lambda value: compact(value).lower() in YES_NO,
}
