"""The registers of the demo: unions, accounts, employers, people, written through the services that users drive."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from niangjia.coverage import services as coverage
from niangjia.coverage.models import Employer, Source
from niangjia.demo import accounts, cast
from niangjia.demo.loading import Advance, Demo
from niangjia.demo.people import Person, Population
from niangjia.demo.tree import COUNTED_ON, Company, known_since
from niangjia.members import services as members
from niangjia.members.models import MemberState, Occupation
from niangjia.org import services as org
from niangjia.org.models import Organization

PORTION = 1_000


def make_tree(demo: Demo, advance: Advance) -> None:
    made: dict[str, Organization] = {}
    for number, union in enumerate(demo.layout.unions):
        made[union.code] = org.create_organization(
            parent=made.get(union.above),
            code=union.code,
            name=union.name,
            short_name=union.short_name,
            kind=union.kind,
            level=union.level,
            phone=union.phone,
            address=union.address,
            actor=None,
        )
        advance(number / len(demo.layout.unions))


def make_accounts(demo: Demo, advance: Advance) -> None:
    accounts.make_accounts(demo.unions())
    members.ensure_occupations(actor=None)


def make_employers(demo: Demo, advance: Advance) -> None:
    unions = demo.unions()
    new = [_new_employer(company, unions[company.union]) for company in demo.layout.companies]
    coverage.enter_employers(new, actor=None)


def _new_employer(company: Company, union: Organization) -> coverage.NewEmployer:
    return coverage.NewEmployer(
        organization=union,
        name=company.name,
        credit_code=company.credit_code,
        ownership=company.trade.ownership,
        industry=company.trade.industry,
        address=company.address,
        workers=company.workers,
        workers_on=COUNTED_ON,
        workers_source=Source.INSURANCE,
        on=known_since(company.number),
    )


def register_people(demo: Demo, advance: Advance) -> None:
    """The people of Tianqiao are entered by its registrar, those elsewhere by the system."""
    population = Population(demo.layout, demo.size)
    registrar = accounts.officer("registrar")
    unions, employers = demo.unions(), demo.employers()
    jobs = {row.name: row for row in Occupation.objects.all()}
    known_here, known_elsewhere = cast.here(demo.layout), cast.elsewhere(demo.layout)
    total = len(known_here) + demo.size.unit + len(known_elsewhere) + demo.size.elsewhere
    done = 0
    here, elsewhere = chain(known_here, population.unit()), chain(known_elsewhere, population.elsewhere())
    for people, actor in ((here, registrar), (elsewhere, None)):
        for portion in _portions(people):
            rows = [_new_member(person, unions, employers, jobs) for person in portion]
            members.register_many(rows, on=demo.on, actor=actor)
            done += len(rows)
            advance(done / total)


def _portions(people: Iterable[Person]) -> Iterator[list[Person]]:
    rest = iter(people)
    while portion := list(islice(rest, PORTION)):
        yield portion


def _new_member(
    person: Person,
    unions: dict[str, Organization],
    employers: dict[int, Employer],
    jobs: dict[str, Occupation],
) -> members.NewMember:
    return members.NewMember(
        organization=unions[person.union],
        name=person.name,
        id_number=person.id_number,
        phone=person.phone,
        joined_on=person.joined_on,
        employer=None if person.employer is None else employers[person.employer],
        occupation=jobs.get(person.occupation),
        on_duty_festival=person.on_duty,
        home_address=person.home,
        state=MemberState(person.state),
    )
