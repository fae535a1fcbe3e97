"""SQL, the explanation and the CEL evaluator agree on every rule and every person, whatever is unknown."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from niangjia.audiences import compile as compiling
from niangjia.audiences import explain, queries
from niangjia.audiences.freeze import findings
from niangjia.audiences.tests.oracle import evaluate
from niangjia.audiences.tree import parse, readings
from niangjia.coverage.models import Employer
from niangjia.members.models import Group, Member, MemberState, Occupation, Sex
from niangjia.members.tests.factories import make_member
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db

EMPLOYERS = ["北京公交集团", "天桥剧场", 'A"B\\C', "百分%之_"]
OCCUPATIONS = {"会计": ("", False), "保洁": ("cleaner", False), "外卖": ("delivery_rider", True)}
CODES = ["BJ", "BJ-XC", "BJ-XC-TQ", "BJ-XC-TQ-1", "BJ-CP"]
CHOICES = {
    "member.state": MemberState.values,
    "member.occupation": [*OCCUPATIONS, "谁也不是"],
    "member.group": [*Group.values, "none"],
    "member.sex": Sex.values,
    "zodiac(member.birth_on)": ["rat", "rabbit", "horse"],
}
FLAGS = ["member.on_duty_festival", "member.new_employment"]
DAYS = ["member.birth_on", "member.joined_on"]
NULLABLE = [
    "occupation",
    "group",
    "new_employment",
    "on_duty_festival",
    "birth_on",
    "sex",
    "joined_on",
    "employer",
    "state",
    "organization",
]
days = st.dates(date(1902, 1, 1), date(2099, 12, 31))
edges = st.sampled_from([date(2023, 1, 21), date(2023, 1, 22), date(2024, 2, 29), date(1984, 2, 1), date(1984, 2, 2)])
some_days = days | edges
order = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
same = st.sampled_from(["==", "!="])


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def day(value: date) -> str:
    return f'date("{value}")'


def questions() -> st.SearchStrategy[str]:
    choice = st.sampled_from(list(CHOICES))
    texts = st.sampled_from([*EMPLOYERS, "北京", "%", "_", "剧场", ""])
    return st.one_of(
        st.sampled_from([*FLAGS, "true", "false"]),
        st.builds("member.{}.known".format, st.sampled_from(NULLABLE)),
        st.builds("member.under({})".format, st.sampled_from(CODES).map(quoted)),
        choice.flatmap(lambda n: st.builds(f"{n} {{}} {{}}".format, same, st.sampled_from(CHOICES[n]).map(quoted))),
        choice.flatmap(
            lambda n: st.builds(f"{n} in {{}}".format, st.lists(st.sampled_from(CHOICES[n]), min_size=1).map(listed))
        ),
        st.builds("{} {} {}".format, st.sampled_from(DAYS), order, some_days.map(day)),
        st.builds("{} {} {}".format, some_days.map(day), order, st.sampled_from(DAYS)),
        st.builds("{} {} {}".format, st.sampled_from(DAYS), order, st.sampled_from(DAYS)),
        st.builds(
            "member.age_on({}) {} {}".format, some_days.map(day), order, st.integers(-2, 120) | st.just(2**63 - 1)
        ),
        st.builds("{} {} {}".format, st.sampled_from(FLAGS), same, st.sampled_from([*FLAGS, "true", "false"])),
        st.builds("member.employer {} {}".format, same, texts.map(quoted)),
        st.builds("member.employer.{}({})".format, st.sampled_from(["contains", "startsWith"]), texts.map(quoted)),
        st.builds("member.employer {} member.occupation".format, same),
        st.builds("member.organization {} {}".format, same, st.sampled_from(CODES).map(quoted)),
    )


def listed(values: list[str]) -> str:
    return "[" + ", ".join(map(quoted, values)) + "]"


rules = st.recursive(
    questions(),
    lambda inner: st.one_of(
        st.builds("!({})".format, inner),
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("({}) == true".format, inner),
        st.builds("false != ({})".format, inner),
    ),
    max_leaves=8,
)
people = st.fixed_dictionaries(
    {
        "state": st.sampled_from(MemberState.values),
        "sex": st.sampled_from(["", *Sex.values]),
        "birth_on": st.none() | some_days,
        "joined_on": st.none() | some_days,
        "on_duty_festival": st.sampled_from([None, True, False]),
        "occupation": st.sampled_from([None, *OCCUPATIONS]),
        "employer": st.sampled_from([None, *EMPLOYERS]),
        "organization": st.sampled_from(["unit", "primary", "sibling", "elsewhere"]),
    }
)


@pytest.fixture
def world() -> dict[str, Any]:
    tree = make_tree()
    return {
        "tree": tree,
        "member": make_member(tree.unit),
        "occupation": {
            name: Occupation.objects.create(name=name, group=group, new_employment=new)
            for name, (group, new) in OCCUPATIONS.items()
        },
        "employer": {
            name: Employer.objects.create(name=name, organization=tree.unit, organization_path=tree.unit.path)
            for name in EMPLOYERS
        },
    }


def become(world: dict[str, Any], person: dict[str, Any]) -> Member:
    """Give the one member these values, past the services, which would not allow half of them."""
    tree: Tree = world["tree"]
    organization = getattr(tree, person["organization"])
    fields = person | {
        "organization": organization,
        "organization_path": organization.path,
        "occupation": world["occupation"].get(person["occupation"]),
        "employer": world["employer"].get(person["employer"]),
    }
    Member.objects.filter(pk=world["member"].pk).update(**fields)
    return Member.objects.select_related("organization", "occupation", "employer").get(pk=world["member"].pk)


BLANK = {
    "state": "active",
    "sex": "",
    "birth_on": None,
    "joined_on": None,
    "on_duty_festival": None,
    "occupation": None,
    "employer": None,
    "organization": "unit",
}


# The one member is made anew by each example, so the fixture may stay.
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=rules, person=people)
@example(source="!member.on_duty_festival", person=BLANK)
@example(source='!(member.group in ["cleaner"])', person=BLANK)
@example(source='member.sex != "f" || member.birth_on.known', person=BLANK)
@example(source='member.age_on(date("2025-02-28")) == 1', person=BLANK | {"birth_on": date(2024, 2, 29)})
@example(source='member.age_on(date("2025-03-01")) == 1', person=BLANK | {"birth_on": date(2024, 2, 29)})
@example(source='zodiac(member.birth_on) == "rabbit"', person=BLANK | {"birth_on": date(2023, 1, 22)})
def test_all_three_agree(world: dict[str, Any], source: str, person: dict[str, Any]) -> None:
    member, root = become(world, person), parse(source)
    expected = evaluate(source, member)
    found = queries.read(readings(root), member)
    assert explain.judge(root, {reading: each.value for reading, each in found.items()}) is expected
    chosen = Member.objects.annotate(truth=compiling.truth(root), findings=findings(root))
    row = chosen.values("truth", "findings").get(pk=member.pk)
    assert row["truth"] is expected
    assert Member.objects.filter(compiling.to_q(root), pk=member.pk).exists() is (expected is True)
    assert [finding["met"] for finding in row["findings"]] == [each.met for each in explain.clauses(root, found)]
