"""The indicators to begin with. None is public, and nobody has confirmed one: each installation does so itself.

What an installation has changed stays as it is; here one may only add.
"""

from typing import Any

ENTERPRISES = ["110", "120", "159", "169", "170", "200", "300"]
NON_PUBLIC = ["170", "200", "300"]
COVERED, JOINT, REACHED = [1, 2], [2], [1, 2]
DUE = "应建会单位：登记在册、正常经营的用人单位，已关闭和无职工的空壳单位不计。"
ROSTER = "用人单位登记表，职工人数注明来源（社保、税务或单位自报）和日期"
BY = ["kind", "branch", "size"]


def _part(subject: str, of: str = "number", **where: Any) -> dict[str, Any]:
    return {"subject": subject, "of": of, "where": where}


def _employers(**where: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return _part("employer", state=COVERED, **where), _part("employer", **where)


def _places(kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return _part("workplace", state=REACHED, kind=[kind]), _part("workplace", kind=[kind])


HUNDRED = {"kind": ENTERPRISES, "size": [3, 4]}
IN_COVERED = _part("employer", "workers", state=COVERED)
FEDERATIONS = _part("union", kind=["association", "industrial"], branch=["district"])
# code, name, sides, dimensions, counted in, measure, source of the denominator
_ROWS: list[tuple[str, str, tuple[dict[str, Any], dict[str, Any] | None], list[str], str, str, str]] = [
    ("unionised-100", "百人以上企业建会率", _employers(**HUNDRED), ["kind", "branch"], "家企业",
     "单独建会和联合工会涵盖的企业数÷应建会企业数；只计职工100人及以上的企业。" + DUE, ROSTER),
    ("unionised-all", "用人单位建会率", _employers(), BY, "家单位",
     "单独建会和联合工会涵盖的单位数÷应建会单位数。按单位计，不按工会计。" + DUE, ROSTER),
    ("unionised-25", "25人以上单位建会率", _employers(size=[2, 3, 4]), BY, "家单位",
     "单独建会和联合工会涵盖的单位数÷应建会单位数；只计职工25人及以上的单位。" + DUE, ROSTER),
    ("unionised-non-public", "非公企业建会率", _employers(kind=NON_PUBLIC), BY, "家企业",
     "单独建会和联合工会涵盖的企业数÷应建会企业数；只计私营、港澳台商投资和外商投资企业。" + DUE, ROSTER),
    ("units-covered", "联合工会涵盖单位数", (_part("employer", state=JOINT), None), BY, "家单位",
     "由联合工会涵盖的单位数，单独建会的不计。" + DUE, ""),
    ("parks", "园区覆盖率", _places("park"), [], "个园区",
     "工会（含联合工会、驿站）已覆盖的园区数÷登记在册的园区数。", "工作场所登记表"),
    ("communities", "社区覆盖率", _places("community"), [], "个社区",
     "工会（含联合工会、驿站）已覆盖的社区数÷登记在册的社区数。", "工作场所登记表"),
    ("buildings", "重点商务楼宇覆盖率", _places("building"), [], "座楼宇",
     "工会（含联合工会、驿站）已覆盖的重点商务楼宇数÷登记在册的重点商务楼宇数。", "工作场所登记表"),
    ("enrolment-covered", "已建会单位职工入会率", (_part("member"), IN_COVERED), [], "人",
     "当日会籍有效的会员数÷已建会单位的职工数。分母只含已建会单位，与“全部单位职工入会率”不可相比。", ROSTER),
    ("enrolment-all", "全部单位职工入会率", (_part("member"), _part("employer", "workers")), [], "人",
     "当日会籍有效的会员数÷全部应建会单位的职工数。", ROSTER),
    ("members-new-employment", "新就业形态劳动者会员数", (_part("member", kind=["new"]), None), [], "人",
     "当日会籍有效、职业属新就业形态的会员数；职业按目前登记，不追溯以往。", ""),
    ("industry-federations", "行业工会联合会数", (FEDERATIONS, None), [], "家",
     "区级行业（产业）工会、工会联合会数，已撤销的不计。", ""),
]  # fmt: skip

FIELDS = ("code", "name", "numerator", "denominator", "dimensions", "unit", "measure", "source")
SHIPPED: list[dict[str, Any]] = [
    dict(zip(FIELDS, (code, name, *sides, *told), strict=True)) | {"position": position}
    for position, (code, name, sides, *told) in enumerate(_ROWS, 1)
]
