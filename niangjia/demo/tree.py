"""The tree of unions and the employers they cover, as a plan: what is to be made, before anything is written."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from niangjia.demo import numbers
from niangjia.demo.divisions import (
    BEIJING,
    DISTRICT_LETTERS,
    JIANWAI,
    SUBDISTRICT_LETTERS,
    TAORANTING,
    TIANQIAO,
    XICHENG,
    Division,
    divisions,
    within,
)
from niangjia.demo.trades import SECTORS, TRADES, Trade
from niangjia.org.models import Kind, Level

CITY, DISTRICT = "BJ", "BJ-XC"
UNIT, NEIGHBOUR, FAR = "BJ-XC-TQ", "BJ-XC-TRT", "BJ-CY-JW"
POOL = f"{UNIT}-POOL"
OWN_UNION = 25  # from so many members on an employer must have a union (trade union law, article 11)
COUNTED_ON = date(2026, 9, 30)

# Trees and places: brands of this kind say at a glance that a company is invented.
BRAND_FIRST = "槐榆桐棠梧枫栎楠桉樟棣楸梓椿檀榉"
BRAND_SECOND = "舟庭坊檐榭垣渡汀塬埠圃畈峪陌浦泊"


@dataclass(frozen=True)
class Union:
    """One organisation to be made under the one with the code ``above``."""

    code: str
    above: str
    name: str
    short_name: str
    kind: Kind
    level: Level
    phone: str = ""
    address: str = ""


@dataclass(frozen=True)
class Company:
    """One employer to be made, at the union with the code ``union``."""

    number: int
    name: str
    union: str
    credit_code: str
    trade: Trade
    address: str
    workers: int


@dataclass(frozen=True)
class Layout:
    """Everything that has a place: unions from the root down, and employers."""

    unions: list[Union]
    companies: list[Company]

    def companies_under(self, code: str) -> list[Company]:
        return [company for company in self.companies if f"{company.union}-".startswith(f"{code}-")]


def layout(random: Random) -> Layout:
    """The whole of it: Beijing with all districts, Xicheng with its subdistricts, and three of these in full."""
    unions = list(_federations())
    companies: list[Company] = []
    places = ((TIANQIAO, UNIT, 1.0, 200), (TAORANTING, NEIGHBOUR, 0.14, 300), (JIANWAI, FAR, 0.09, 400))
    for division, code, share, telephones in places:
        communities = list(_communities(division, code, telephones))
        here = _companies(random, division, code, communities, share=share, first=len(companies))
        unions += communities + list(_primary_unions(code, communities, here))
        companies += [_placed(company) for company in here]
    unions.append(Union(POOL, UNIT, "天桥街道会员周转库", "周转库", Kind.POOL, Level.PRIMARY, _telephone(199)))
    return Layout(unions, companies)


def known_since(number: int) -> date:
    """Since when the ``number``-th employer has been registered and covered: spread over five years."""
    return date(2021, 10, 1) + timedelta(days=number * 137 % 1_800)


def _telephone(number: int) -> str:
    """A landline nobody has: numbers of subscribers in Beijing do not begin with 0."""
    return f"010-0000{number:04d}"


def _federations() -> Iterator[Union]:
    yield Union(CITY, "", "北京市总工会", "北京市", Kind.FEDERATION, Level.PROVINCE, _telephone(1))
    for number, found in enumerate(within(BEIJING, length=6), 10):
        code = f"{CITY}-{DISTRICT_LETTERS[found.name]}"
        name = f"北京市{found.name}总工会"
        yield Union(code, CITY, name, found.name, Kind.FEDERATION, Level.DISTRICT, _telephone(number))
    streets = [*within(XICHENG, length=9), divisions()[JIANWAI]]
    for number, found in enumerate(streets, 101):
        above = DISTRICT if found.code.startswith(XICHENG) else "BJ-CY"
        code = f"{above}-{SUBDISTRICT_LETTERS[found.short]}"
        address = f"北京市{divisions()[found.code[:6]].name}{found.name}工会服务站"
        name = f"{found.name}总工会"
        yield Union(code, above, name, found.name, Kind.FEDERATION, Level.SUBDISTRICT, _telephone(number), address)


def _communities(division: str, above: str, telephones: int) -> Iterator[Union]:
    for number, found in enumerate(within(division, length=12), 1):
        name = f"{found.short}社区工会联合会"
        yield Union(
            f"{above}-{number:02d}", above, name, f"{found.short}社区", Kind.ASSOCIATION, Level.COMMUNITY,
            _telephone(telephones + number), _address(found, 1),
        )  # fmt: skip


def _address(community: Division, house: int) -> str:
    return f"北京市{divisions()[community.code[:6]].name}{community.short}社区{house}号"


def _companies(
    random: Random, division: str, code: str, communities: list[Union], *, share: float, first: int
) -> list[Company]:
    """As many of each trade as the place's share of Tianqiao's says, at least one, spread over the communities."""
    places = list(zip(communities, within(division, length=12), strict=True))
    made: list[Company] = []
    for trade in TRADES:
        for _ in range(max(1, round(trade.count * share))):
            number = first + len(made)
            union, place = random.choice(places)
            made.append(
                Company(
                    number=number,
                    name=f"北京{brand(number)}{trade.words}{trade.suffix}",
                    union=f"{code}-{SECTORS[trade.sector]}" if trade.sector else union.code,
                    credit_code=numbers.company_code(number),
                    trade=trade,
                    address=_address(place, 900 + number),
                    workers=random.randint(*trade.workers),
                )
            )
    return made


def brand(number: int) -> str:
    """Two characters, others for each of 256 numbers, neighbours unlike."""
    first, second = divmod(number * 97 % 256, 16)
    return BRAND_FIRST[second] + BRAND_SECOND[first]


def _primary_unions(code: str, communities: list[Union], companies: list[Company]) -> Iterator[Union]:
    """Sector unions of the subdistrict, a joint union for the small employers of each community, single unions."""
    top = next(word for word in ("天桥", "陶然亭", "建外") if code.endswith(SUBDISTRICT_LETTERS[word]))
    for sector, letters in SECTORS.items():
        name = f"{top}街道{sector}联合工会"
        yield Union(f"{code}-{letters}", code, name, f"{top}{sector}", Kind.JOINT, Level.PRIMARY)
    for community in communities:
        name = f"{community.short_name}小微企业联合工会"
        yield Union(
            f"{community.code}-LH", community.code, name, name.removesuffix("联合工会"), Kind.JOINT, Level.PRIMARY
        )
    for company in companies:
        if _has_own_union(company):
            yield Union(
                f"{company.union}-{company.number:03d}", company.union, f"{company.name}工会",
                company.name.removeprefix("北京").removesuffix("有限公司"), Kind.SINGLE, Level.PRIMARY,
                address=company.address,
            )  # fmt: skip


def _has_own_union(company: Company) -> bool:
    return not company.trade.sector and company.workers >= OWN_UNION


def _placed(company: Company) -> Company:
    """The company at the union that covers it: its own, the joint one of its community, or that of its sector."""
    if company.trade.sector:
        return company
    ending = f"{company.number:03d}" if _has_own_union(company) else "LH"
    return replace(company, union=f"{company.union}-{ending}")
