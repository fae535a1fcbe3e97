"""The indicators to begin with. None is public, and nobody has confirmed one: each installation does so itself."""

from typing import Any

from django.db import migrations

from niangjia.core.ids import uuid7

ENTERPRISES = ["110", "120", "159", "169", "170", "200", "300"]
NON_PUBLIC = ["170", "200", "300"]
COVERED, JOINT, REACHED = [1, 2], [2], [1, 2]
DUE = "应建会单位：登记在册、正常经营的用人单位，已关闭和无职工的空壳单位不计。"
ROSTER = "用人单位登记表，职工人数注明来源（社保、税务或单位自报）和日期"
BY = ["kind", "branch", "size"]


def part(subject: str, of: str = "number", **where: Any) -> dict[str, Any]:
    return {"subject": subject, "of": of, "where": where}


def employers(**where: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return part("employer", state=COVERED, **where), part("employer", **where)


def places(kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return part("workplace", state=REACHED, kind=[kind]), part("workplace", kind=[kind])


HUNDRED = {"kind": ENTERPRISES, "size": [3, 4]}
# code, name, sides, dimensions, counted in, measure, source of the denominator
SHIPPED: list[tuple[str, str, tuple[dict[str, Any], dict[str, Any] | None], list[str], str, str, str]] = [
    ("unionised-100", "百人以上企业建会率", employers(**HUNDRED), ["kind", "branch"], "家企业",
     "单独建会和联合工会涵盖的企业数÷应建会企业数；只计职工100人及以上的企业。" + DUE, ROSTER),
    ("unionised-all", "用人单位建会率", employers(), BY, "家单位",
     "单独建会和联合工会涵盖的单位数÷应建会单位数。按单位计，不按工会计。" + DUE, ROSTER),
    ("unionised-25", "25人以上单位建会率", employers(size=[2, 3, 4]), BY, "家单位",
     "单独建会和联合工会涵盖的单位数÷应建会单位数；只计职工25人及以上的单位。" + DUE, ROSTER),
    ("unionised-non-public", "非公企业建会率", employers(kind=NON_PUBLIC), BY, "家企业",
     "单独建会和联合工会涵盖的企业数÷应建会企业数；只计私营、港澳台商投资和外商投资企业。" + DUE, ROSTER),
    ("units-covered", "联合工会涵盖单位数", (part("employer", state=JOINT), None), BY, "家单位",
     "由联合工会涵盖的单位数，单独建会的不计。" + DUE, ""),
    ("parks", "园区覆盖率", places("park"), [], "个园区",
     "工会（含联合工会、驿站）已覆盖的园区数÷登记在册的园区数。", "工作场所登记表"),
    ("communities", "社区覆盖率", places("community"), [], "个社区",
     "工会（含联合工会、驿站）已覆盖的社区数÷登记在册的社区数。", "工作场所登记表"),
    ("buildings", "重点商务楼宇覆盖率", places("building"), [], "座楼宇",
     "工会（含联合工会、驿站）已覆盖的重点商务楼宇数÷登记在册的重点商务楼宇数。", "工作场所登记表"),
    ("enrolment-covered", "已建会单位职工入会率", (part("member"), part("employer", "workers", state=COVERED)), [], "人",
     "当日会籍有效的会员数÷已建会单位的职工数。分母只含已建会单位，与“全部单位职工入会率”不可相比。", ROSTER),
    ("enrolment-all", "全部单位职工入会率", (part("member"), part("employer", "workers")), [], "人",
     "当日会籍有效的会员数÷全部应建会单位的职工数。", ROSTER),
    ("members-new-employment", "新就业形态劳动者会员数", (part("member", kind=["new"]), None), [], "人",
     "当日会籍有效、职业属新就业形态的会员数；职业按目前登记，不追溯以往。", ""),
    ("industry-federations", "行业工会联合会数", (part("union", kind=["association", "industrial"], branch=["district"]), None),
     [], "家", "区级行业（产业）工会、工会联合会数，已撤销的不计。", ""),
]  # fmt: skip


def write(apps: Any, schema_editor: Any) -> None:
    indicator = apps.get_model("insights", "Indicator")
    for position, (code, name, (top, below), dimensions, unit, measure, source) in enumerate(SHIPPED, 1):
        indicator.objects.create(
            id=uuid7(), code=code, position=position, name=name, numerator=top, denominator=below,
            dimensions=dimensions, unit=unit, measure=measure, source=source,
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("insights", "0002_indicators")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
