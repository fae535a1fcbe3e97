"""What is invented is valid, belongs to nobody, and is the same every time."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import date
from itertools import islice
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core import id_numbers, phones
from niangjia.coverage import credit_code
from niangjia.coverage.models import Ownership
from niangjia.demo import cast, divisions, names, numbers, trades, tree
from niangjia.demo.people import FRONT_LINE, SEED, TODAY, Person, Population, Size
from niangjia.members.services.occupations import SEED as OCCUPATIONS
from niangjia.org.models import Kind, Level

SMALL = Size(unit=1_500, elsewhere=300, boxes=120, packs=100)


@pytest.fixture(scope="module")
def layout() -> tree.Layout:
    return tree.layout(Random(SEED))


@pytest.fixture(scope="module")
def unit(layout: tree.Layout) -> list[Person]:
    return list(Population(layout, SMALL).unit())


@pytest.fixture(scope="module")
def everybody(layout: tree.Layout, unit: list[Person]) -> list[Person]:
    elsewhere = list(Population(layout, SMALL).elsewhere())
    return unit + elsewhere + cast.here(layout) + cast.elsewhere(layout)


@given(st.dates(date(1950, 1, 1), date(2010, 12, 31)), st.sampled_from("fm"), st.integers())
def test_id_numbers_are_valid_and_of_no_place(born_on: date, sex: str, seed: int) -> None:
    made = id_numbers.parse(numbers.IdNumbers().draw(Random(seed), born_on=born_on, sex=sex))
    assert (made.birth_on, made.sex) == (born_on, sex)
    assert made.has_known_area
    assert made.text[2:6] == numbers.COUNTY
    assert made.text[:6] not in divisions.divisions()


def test_people_born_on_one_day_have_numbers_of_their_own() -> None:
    ids = numbers.IdNumbers()
    drawn = [ids.draw(Random(seed), born_on=date(1990, 1, 1), sex="f") for seed in range(200)]
    assert len(set(drawn)) == 200


@given(st.integers(0, 98_999_999))
def test_phones_look_like_phones_of_no_carrier(number: int) -> None:
    phone = numbers.phone(number)
    assert phones.is_mobile(phone)
    assert phone.startswith("154")
    assert phone >= "15401000000", "the numbers below are for people whom the documentation names"


def test_no_two_have_the_same_phone() -> None:
    assert len({numbers.phone(number) for number in range(50_000)}) == 50_000


@given(st.integers(0, 999_999))
def test_credit_codes_are_valid_and_of_no_place(number: int) -> None:
    code = credit_code.parse(numbers.company_code(number))
    assert code.division not in divisions.divisions()
    body = code.text[8:17]
    assert credit_code.body_check_character(body[:8]) == body[8]


@given(st.integers(1955, 2009), st.sampled_from("fm"), st.integers())
def test_names_are_names(born: int, sex: str, seed: int) -> None:
    name = names.person_name(Random(seed), sex=sex, born=born)
    assert 2 <= len(name) <= 60
    assert name.replace("·", "").isalpha()


def test_common_surnames_are_common() -> None:
    random = Random(1)
    drawn = Counter(names.person_name(random, sex="f", born=1990)[0] for _ in range(5_000))
    assert {family for family, _count in drawn.most_common(4)} == {"王", "李", "张", "刘"}


# The tree -------------------------------------------------------------------------------------------------------
def test_the_tree_is_beijing_down_to_the_workshop(layout: tree.Layout) -> None:
    level = Counter((union.above, union.level) for union in layout.unions)
    assert level["", Level.PROVINCE] == 1
    assert level[tree.CITY, Level.DISTRICT] == 16
    assert level[tree.DISTRICT, Level.SUBDISTRICT] == 15
    assert level[tree.UNIT, Level.COMMUNITY] == 9
    pools = [union.above for union in layout.unions if union.kind == Kind.POOL]
    assert pools == [tree.UNIT]


def test_everything_hangs_on_something_made_before(layout: tree.Layout) -> None:
    made = {""}
    for union in layout.unions:
        assert union.above in made, union
        assert union.code not in made, union
        made.add(union.code)
    assert {company.union for company in layout.companies} <= made


def test_employers_are_plausible_and_told_apart(layout: tree.Layout) -> None:
    here = layout.companies_under(tree.UNIT)
    assert 150 <= len(here) <= 200
    assert len({company.name for company in layout.companies}) == len(layout.companies)
    assert len({company.credit_code for company in layout.companies}) == len(layout.companies)
    assert {company.trade.ownership for company in here} <= set(Ownership.values)


def test_small_employers_share_a_union_and_large_ones_have_their_own(layout: tree.Layout) -> None:
    kinds = {union.code: union.kind for union in layout.unions}
    for company in layout.companies:
        own = company.workers >= tree.OWN_UNION and not company.trade.sector
        assert kinds[company.union] == (Kind.SINGLE if own else Kind.JOINT), company
    assert {kind for kind in kinds.values() if kind in {Kind.SINGLE, Kind.JOINT}} == {Kind.SINGLE, Kind.JOINT}


def test_occupations_are_those_of_the_register() -> None:
    known = OCCUPATIONS.read_text(encoding="utf-8")
    for trade in trades.TRADES:
        assert sum(trade.jobs.values()) == 100, trade.words
        assert [job for job in trade.jobs if f'"name": "{job}"' not in known] == []
        assert trade.sector in {"", *trades.SECTORS}


# The people -----------------------------------------------------------------------------------------------------
def test_there_are_as_many_as_asked_and_nobody_twice(everybody: list[Person]) -> None:
    assert len(everybody) == SMALL.unit + SMALL.elsewhere + 4
    assert len({person.id_number for person in everybody}) == len(everybody)
    known = [person.phone for person in everybody if person.phone]
    assert len(set(known)) == len(known)


def test_everybody_is_of_age_and_joined_as_a_grown_up(everybody: list[Person]) -> None:
    for person in everybody:
        born_on = id_numbers.parse(person.id_number).birth_on
        assert 18 <= (TODAY - born_on).days / 365.25 < 60, person
        assert person.joined_on is None or (person.joined_on - born_on).days > 16 * 365, person
        assert person.joined_on is None or person.joined_on <= TODAY


def test_some_things_are_not_known(unit: list[Person]) -> None:
    unknown = {
        "phone": sum(not person.phone for person in unit),
        "occupation": sum(not person.occupation for person in unit),
        "employer": sum(person.employer is None for person in unit),
        "joined_on": sum(person.joined_on is None for person in unit),
        "on_duty": sum(person.on_duty is None for person in unit),
    }
    assert {fact for fact, count in unknown.items() if not 0 < count < len(unit) * 0.7} == set()
    assert {person.state for person in unit} == {"active", "pooled", "retained"}
    homes = Counter(person.home for person in unit if person.home)
    assert 2 in homes.values()


def test_the_figures_have_the_people_they_need_at_any_scale(layout: tree.Layout) -> None:
    for scale in (0.0, 0.02, 1.0):
        size = Size().scaled(scale)
        assert size.unit - size.packs >= size.boxes
        first = list(islice(Population(layout, size).unit(), size.at_work))
        assert all(person.on_duty and person.occupation in FRONT_LINE for person in first)
        assert len(first) >= size.packs


def test_a_larger_population_begins_with_the_smaller(layout: tree.Layout, unit: list[Person]) -> None:
    larger = Population(layout, Size(unit=5_000, elsewhere=0, boxes=SMALL.boxes, packs=SMALL.packs)).unit()
    assert list(islice(larger, len(unit))) == unit


DIGEST = """
import hashlib, django
django.setup()
from niangjia.demo.tests.test_invention import invented
print(hashlib.sha256(invented().encode()).hexdigest())
"""


def invented() -> str:
    """Everything that is drawn, as text."""
    layout = tree.layout(Random(SEED))
    population = Population(layout, Size(unit=300, elsewhere=50, boxes=20, packs=20))
    return repr((layout.unions, layout.companies, list(population.unit()), list(population.elsewhere())))


def test_another_process_invents_the_same() -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "DJANGO_SETTINGS_MODULE": "niangjia.config.settings"}
    done = subprocess.run([sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == hashlib.sha256(invented().encode()).hexdigest()
