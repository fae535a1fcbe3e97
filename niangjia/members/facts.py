"""What a rule may ask about a member, from the register of members."""

from datetime import date
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, ExtractDay, ExtractMonth, ExtractYear, NullIf, TruncDate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from niangjia.core.catalogue import Fact, Kind, Parameter
from niangjia.core.errors import InvalidInput
from niangjia.members.models import Group, Membership, MemberState, Occupation, Sex
from niangjia.org.models import Organization

REGISTER = _("Register of members")
NO_GROUP = "none"


def _updated() -> Any:
    return TruncDate("updated_at")


def _membership_known() -> Any:
    """When the present membership was recorded; the row itself, where there is none."""
    present = Membership.objects.filter(member=OuterRef("pk"), superseded_at=None).order_by("-valid_from")
    return Coalesce(Subquery(present.values(day=TruncDate("recorded_at"))[:1]), _updated(), output_field=DateField())


def _under(code: str) -> Any:
    path = Organization.objects.filter(code=code).values_list("path", flat=True).first()
    if path is None:
        raise InvalidInput(
            gettext("There is no organisation with the code “%(code)s”.") % {"code": code},
            field="source",
            remedy=gettext("Look up the code in the tree of organisations."),
        )
    return Func(
        F("organization_path"),
        Value(f"{path}%"),
        template="(%(expressions)s)",
        arg_joiner=" LIKE ",
        output_field=BooleanField(),
    )


def _age_on(day: date) -> Any:
    """Completed years: a birthday counts from its own day; one of 29 February from 1 March."""
    reached = Func(
        ExtractMonth("birth_on") * 100 + ExtractDay("birth_on"),
        Value(day.month * 100 + day.day),
        template="(%(expressions)s)::int",
        arg_joiner=" <= ",
        output_field=IntegerField(),
    )
    return Value(day.year - 1) - ExtractYear("birth_on") + reached


def _group() -> Any:
    """A known occupation outside the groups is a known answer, not an unknown one."""
    return Case(
        When(occupation=None, then=None),
        When(occupation__group="", then=Value(NO_GROUP)),
        default=F("occupation__group"),
        output_field=CharField(),
    )


def _occupations() -> dict[str, str]:
    return {name: name for name in Occupation.objects.values_list("name", flat=True)}


def _groups() -> dict[str, Any]:
    return {each.value: each.label for each in Group} | {NO_GROUP: _("None of these groups")}


FACTS = [
    Fact(
        name="member.state",
        label=_("State of membership"),
        kind=Kind.CHOICE,
        value=lambda: F("state"),
        choices=lambda: {each.value: each.label for each in MemberState},
        source=REGISTER,
        dated=_membership_known,
    ),
    Fact(
        name="member.organization",
        label=_("Union"),
        kind=Kind.PLACE,
        value=lambda: F("organization__code"),
        source=REGISTER,
        dated=_membership_known,
        remedy=_("If this is wrong, ask for a correction, or for your membership to be transferred."),
    ),
    Fact(
        name="member.under",
        label=_("Union of, or below"),
        kind=Kind.FLAG,
        value=_under,
        shown=lambda code: F("organization__name"),
        parameters=(Parameter(kind=Kind.PLACE, label=_("Organisation")),),
        affirmed=_("Membership is in %(argument)s or a union below it"),
        denied=_("Membership is not in %(argument)s nor a union below it"),
        source=REGISTER,
        dated=_membership_known,
        remedy=_("If this is wrong, ask for a correction, or for your membership to be transferred."),
    ),
    Fact(
        name="member.occupation",
        label=_("Occupation"),
        kind=Kind.CHOICE,
        value=lambda: F("occupation__name"),
        choices=_occupations,
        nullable=True,
        source=REGISTER,
        dated=_updated,
    ),
    Fact(
        name="member.group",
        label=_("Front-line group"),
        kind=Kind.CHOICE,
        value=_group,
        choices=_groups,
        nullable=True,
        source=REGISTER,
        dated=_updated,
    ),
    Fact(
        name="member.new_employment",
        label=_("New form of employment"),
        kind=Kind.FLAG,
        value=lambda: F("occupation__new_employment"),
        nullable=True,
        affirmed=_("Works in a new form of employment"),
        denied=_("Does not work in a new form of employment"),
        source=REGISTER,
        dated=_updated,
    ),
    Fact(
        name="member.on_duty_festival",
        label=_("On duty over the festival"),
        kind=Kind.FLAG,
        value=lambda: F("on_duty_festival"),
        nullable=True,
        affirmed=_("Stays on duty over the festival"),
        denied=_("Does not stay on duty over the festival"),
        source=REGISTER,
        dated=_updated,
    ),
    Fact(
        name="member.birth_on",
        label=_("Day of birth"),
        kind=Kind.DATE,
        value=lambda: F("birth_on"),
        nullable=True,
        source=REGISTER,
        dated=_updated,
    ),
    Fact(
        name="member.age_on",
        label=_("Age on %(argument)s"),
        kind=Kind.NUMBER,
        value=_age_on,
        nullable=True,
        parameters=(Parameter(kind=Kind.DATE, label=_("Day")),),
        source=REGISTER,
        dated=_updated,
    ),
    Fact(
        name="member.sex",
        label=_("Sex"),
        kind=Kind.CHOICE,
        value=lambda: NullIf("sex", Value("")),
        choices=lambda: {each.value: each.label for each in Sex},
        nullable=True,
        source=REGISTER,
        dated=_updated,
    ),
    Fact(
        name="member.joined_on",
        label=_("Day of joining"),
        kind=Kind.DATE,
        value=lambda: F("joined_on"),
        nullable=True,
        source=REGISTER,
        dated=_membership_known,
    ),
    Fact(
        name="member.employer",
        label=_("Employer"),
        kind=Kind.TEXT,
        value=lambda: F("employer__name"),
        nullable=True,
        source=REGISTER,
        dated=_updated,
    ),
]
