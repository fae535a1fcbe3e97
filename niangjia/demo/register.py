"""Union building in Xicheng, as the district's register holds it: employers, workplaces, federations of industries.

Of the employers with a hundred workers or more, 192 of 203 have a union: 94.58 %. Every park, community and building
is reached.
"""

from collections.abc import Iterator
from itertools import cycle

from niangjia.coverage import services as coverage
from niangjia.coverage.models import PlaceKind, ReachedHow, Source
from niangjia.demo import numbers
from niangjia.demo.divisions import SUBDISTRICT_LETTERS, TAORANTING, TIANQIAO, XICHENG, Division, within
from niangjia.demo.loading import Advance, Demo
from niangjia.demo.tree import COUNTED_ON, DISTRICT, NEIGHBOUR, UNIT, brand, known_since
from niangjia.org import services as org
from niangjia.org.models import Kind, Level, Organization

LARGE = 100  # workers, from which on the rate is asked for
COVERED, DUE = 192, 203
FIRST = 600  # the numbers of these employers follow on those of the layout
OWN = 3  # in each subdistrict, so many have a union of their own
TRADES = (
    ("软件科技", "09", "159"), ("金融服务", "10", "169"), ("医药", "03", "300"), ("建筑设计", "13", "159"),
    ("文化传播", "18", "170"), ("餐饮管理", "08", "170"), ("物业服务", "11", "159"),
)  # fmt: skip
FEDERATIONS = (("KD", "快递行业"), ("CY", "餐饮行业"), ("WY", "物业行业"))
BUILDINGS = ("大厦", "中心", "广场")


def fill(demo: Demo, advance: Advance) -> None:
    unions = demo.unions()
    _make_federations(unions[DISTRICT])
    streets = [one for one in within(XICHENG, length=9) if one.code not in {TIANQIAO, TAORANTING}]
    joint = {one.code: _make_joint(one, unions[_code(one)]) for one in streets}
    advance(0.2)
    coverage.enter_employers(list(_employers(demo, streets, joint, unions)), actor=None)
    advance(0.5)
    _make_workplaces(streets, joint, unions)


def _code(street: Division) -> str:
    return f"{DISTRICT}-{SUBDISTRICT_LETTERS[street.short]}"


def _make_federations(district: Organization) -> None:
    for letters, industry in FEDERATIONS:
        org.create_organization(
            parent=district, code=f"{DISTRICT}-{letters}", name=f"北京市西城区{industry}工会联合会",
            short_name=f"西城区{industry}", kind=Kind.INDUSTRIAL, level=Level.DISTRICT, actor=None,
        )  # fmt: skip


def _make_joint(street: Division, above: Organization) -> Organization:
    return org.create_organization(
        parent=above, code=f"{above.code}-LH", name=f"{street.name}非公企业联合工会",
        short_name=f"{street.short}联合工会", kind=Kind.JOINT, level=Level.PRIMARY, actor=None,
    )  # fmt: skip


def _employers(
    demo: Demo, streets: list[Division], joint: dict[str, Organization], unions: dict[str, Organization]
) -> Iterator[coverage.NewEmployer]:
    """As many more as the rate wants; those without a union stand at their subdistrict, which is to build one."""
    here = [one for code in (UNIT, NEIGHBOUR) for one in demo.layout.companies_under(code) if one.workers >= LARGE]
    places = cycle(streets)
    for number in range(DUE - len(here)):
        street, (words, industry, ownership) = next(places), TRADES[number % len(TRADES)]
        name = f"北京{brand(FIRST + number)}{words}有限公司"
        union = joint[street.code] if number < COVERED - len(here) else unions[_code(street)]
        if number < OWN * len(streets):
            union = _make_single(name, street, number, unions[_code(street)])
        yield coverage.NewEmployer(
            organization=union,
            name=name,
            credit_code=numbers.company_code(FIRST + number),
            ownership=ownership,
            industry=industry,
            address=f"北京市西城区{street.name}{900 + number}号",
            workers=LARGE + number * 53 % 700,
            workers_on=COUNTED_ON,
            workers_source=Source.INSURANCE,
            on=known_since(FIRST + number),
        )


def _make_single(name: str, street: Division, number: int, above: Organization) -> Organization:
    return org.create_organization(
        parent=above, code=f"{above.code}-{FIRST + number}", name=f"{name}工会",
        short_name=name.removeprefix("北京").removesuffix("有限公司"), kind=Kind.SINGLE,
        level=Level.PRIMARY, actor=None,
    )  # fmt: skip


def _make_workplaces(streets: list[Division], joint: dict[str, Organization], unions: dict[str, Organization]) -> None:
    for number, street in enumerate(streets):
        ending = BUILDINGS[number % len(BUILDINGS)]
        how = ReachedHow.STATION if number % 4 == 3 else ReachedHow.JOINT
        _make_workplace(
            unions[_code(street)], PlaceKind.BUILDING, f"{brand(number + 40)}{ending}", joint[street.code], how
        )
        if number % 5 == 0:
            park = f"{street.short}{brand(number + 80)}科技园"
            _make_workplace(unions[_code(street)], PlaceKind.PARK, park, joint[street.code], ReachedHow.JOINT)
    for division, code in ((TIANQIAO, UNIT), (TAORANTING, NEIGHBOUR)):
        for number, found in enumerate(within(division, length=12), 1):
            association = unions[f"{code}-{number:02d}"]
            _make_workplace(association, PlaceKind.COMMUNITY, f"{found.short}社区", association, ReachedHow.UNION)


def _make_workplace(area: Organization, kind: PlaceKind, name: str, by: Organization, how: ReachedHow) -> None:
    place = coverage.create_workplace(organization=area, kind=kind, name=name, on=COUNTED_ON, actor=None)
    coverage.reach(place, by=by, how=how, on=COUNTED_ON, actor=None)
