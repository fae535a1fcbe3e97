"""The roster as a target of imports: its fields, its own checks against the registry, and how rows are written."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.core import access, id_numbers
from niangjia.core.access import Actor
from niangjia.core.cleaning import compact
from niangjia.core.errors import Text
from niangjia.coverage import permissions as coverage_permissions
from niangjia.coverage import services as coverage
from niangjia.coverage.models import Employer
from niangjia.imports.registry import Field, Staged
from niangjia.imports.verdicts import Message, Verdict, finding
from niangjia.imports.wording import nearest, normal
from niangjia.members import services
from niangjia.members.indexes import address_index, id_number_index, phone_index
from niangjia.members.models import LIVE_STATES, Member, Occupation
from niangjia.members.permissions import CHANGE, IMPORT, VIEW
from niangjia.members.roster_fields import FIELDS, MESSAGES
from niangjia.org.models import Organization
from niangjia.ui.formats import masked_name, masked_phone

MOST_PROPOSALS = 300


class Roster:
    """The target that ``apps`` registers."""

    name = "roster"
    label: Text = gettext_lazy("Roster of members")
    permission = IMPORT
    fields: Sequence[Field] = FIELDS
    key_field = "id_number"
    messages: Mapping[str, Message] = MESSAGES

    def open(self, organization: Organization, *, on: date, actor: Actor | None) -> "RosterSession":
        return RosterSession(organization, on, actor)

    def choices(self, name: str) -> Sequence[str]:
        if name == "sex":
            return ["女", "男"]
        if name == "on_duty_festival":
            return ["是", "否"]
        if name == "occupation":
            return list(Occupation.objects.values_list("name", flat=True))
        return []


class RosterSession:
    """What one batch needs to know of the registry, read once; what may change between portions is read with each."""

    def __init__(self, organization: Organization, on: date, actor: Actor | None) -> None:
        self.organization, self.on, self.actor = organization, on, actor
        self.units = _units(organization)
        self.occupations = {one.name: one for one in Occupation.objects.all()}
        self.employers = {
            row.name: row for row in Employer.objects.filter(organization_path__startswith=organization.path)
        }
        self.may_enter_employers = access.can(actor, coverage_permissions.MANAGE, organization)
        self._new_employers: dict[str, int] = {}
        self._phones: dict[str, int] = {}

    def known(self, name: str) -> Mapping[str, str]:
        if name == "organization":
            return self._words(self.units)
        if name == "occupation":
            words = {normal(alias): one.name for one in self.occupations.values() for alias in one.aliases}
            return words | {normal(one): one for one in self.occupations}
        if name == "employer":
            return {normal(one): one for one in self.employers}
        return {}

    def _words(self, units: Mapping[str, Organization]) -> dict[str, str]:
        """Names, short names and codes; a word that two units share means neither."""
        meant: dict[str, set[str]] = {}
        for shown, unit in units.items():
            for word in {normal(shown), normal(unit.name), normal(unit.short_name), normal(unit.code)}:
                meant.setdefault(word, set()).add(shown)
        return {word: shown.pop() for word, shown in meant.items() if len(shown) == 1}

    def key(self, values: Mapping[str, Any]) -> bytes | None:
        number = values.get("id_number")
        return id_number_index(number) if number else None

    def judge(self, rows: Sequence[Staged]) -> None:
        keys = {row.key or self.key(row.values): row for row in rows}
        registered = Member.objects.filter(id_number_index__in=[key for key in keys if key]).select_related(
            "organization", "employer", "occupation", "household"
        )
        known = {bytes(member.id_number_index): member for member in registered}
        owners = self._phone_owners(rows)
        for key, row in keys.items():
            self._check_row(row, owners)
            member = known.get(key) if key else None
            if member is not None:
                self._compare(row, member)
            elif not row.has_errors:
                row.verdict = Verdict.NEW

    def _phone_owners(self, rows: Sequence[Staged]) -> dict[bytes, set[bytes]]:
        """By phone index, the ID indexes of those who are registered with it."""
        wanted = {index for row in rows if (index := phone_index(row.values.get("phone", "")))}
        owners: dict[bytes, set[bytes]] = {}
        found = Member.objects.live().filter(phone_index__in=wanted).values_list("phone_index", "id_number_index")
        for phone, number in found:
            owners.setdefault(bytes(phone or b""), set()).add(bytes(number))
        return owners

    def _check_row(self, row: Staged, owners: Mapping[bytes, set[bytes]]) -> None:
        """What one row says against itself, and of its phone and employer."""
        values = row.values
        number = id_numbers.parse(values["id_number"])
        if values.get("sex", number.sex) != number.sex:
            self._say(row, "sex", "sex-differs")
        if values.get("birth_on", number.birth_on.isoformat()) != number.birth_on.isoformat():
            self._say(row, "birth_on", "birth-differs")
        if "joined_on" in values and date.fromisoformat(values["joined_on"]) <= number.birth_on:
            self._say(row, "joined_on", "joined-before-birth")
        if phone := values.get("phone"):
            first = self._phones.setdefault(phone, row.number)
            if first != row.number:
                self._say(row, "phone", "phone-in-file", row=first)
            elif owners.get(phone_index(phone) or b"", set()) - {row.key or self.key(values)}:
                self._say(row, "phone", "phone-of-another")
        if "employer" in values:
            self._check_employer(row)

    def _check_employer(self, row: Staged) -> None:
        name = coverage.employer_name(row.values["employer"])
        row.values["employer"] = name
        if name in self.employers:
            return
        if not 2 <= len(name) <= coverage.NAME_LENGTH:
            self._say(row, "employer", "employer-shape")
        elif not self.may_enter_employers:
            self._say(row, "employer", "employer-not-permitted", text=name)
        elif (first := self._new_employers.setdefault(name, row.number)) != row.number:
            self._say(row, "employer", "employer-new-too", text=name, row=first)
        elif near := self._nearest_employers(name):
            self._say(row, "employer", "employer-new-near", text=name, near=" / ".join(near))
        else:
            self._say(row, "employer", "employer-new", text=name)

    def _nearest_employers(self, name: str) -> list[str]:
        """What may be meant; not searched without end where a file has hundreds of unknown ones."""
        return nearest(name, list(self.employers), least=0.6) if len(self._new_employers) <= MOST_PROPOSALS else []

    def _compare(self, row: Staged, member: Member) -> None:
        if not member.organization_path.startswith(self.organization.path):
            if self.actor is not None and access.can(self.actor, VIEW, member.organization_path):
                self._say(row, "id_number", "elsewhere-named", unit=member.organization.name)
            else:
                self._say(row, "id_number", "elsewhere")
            return
        if member.state not in LIVE_STATES:
            self._say(row, "id_number", "ended", state=member.get_state_display())
            return
        if row.values["name"] != member.name:
            self._say(row, "name", "name-differs", masked=masked_name(member.name))
        row.changes = [
            (name, before, after)
            for name, (before, after) in self._differences(row, member).items()
            if before != after
        ]
        self._check_transfer(row, member)
        if not row.has_errors:
            row.verdict = Verdict.CHANGED if row.changes else Verdict.UNCHANGED

    def _check_transfer(self, row: Staged, member: Member) -> None:
        if any(name == "organization" for name, _before, _after in row.changes):
            to = self.units[row.values["organization"]]
            if not (access.can(self.actor, CHANGE, member.organization_path) and access.can(self.actor, CHANGE, to)):
                self._say(row, "organization", "transfer-not-permitted", unit=member.organization.name)

    def _differences(self, row: Staged, member: Member) -> dict[str, tuple[str, str]]:
        """Before and after, as shown, of each field that the row fills in."""
        values = row.values
        found: dict[str, tuple[str, str]] = {}
        for name, (text, shown) in SHOWN.items():
            if name in values and text(member) != str(values[name]):
                found[name] = (shown(text(member)) or _("empty"), shown(str(values[name])))
        if "home_address" in values:
            before = bytes(member.household.address_index) if member.household else b""
            if before != address_index(compact(values["home_address"])):
                found["home_address"] = (_("registered address") if before else _("empty"), values["home_address"])
        if "organization" in values:
            to = self.units[values["organization"]]
            if to.pk != member.organization_id:
                found["organization"] = (member.organization.name, to.name)
        return found

    def _say(self, row: Staged, field: str, code: str, /, **details: Any) -> None:
        row.findings.append(finding(field, code, MESSAGES, **details))

    def write(self, rows: Sequence[Staged]) -> None:
        names = {row.values["employer"] for row in rows if "employer" in row.values}
        employers = coverage.get_or_create_employers(names, organization=self.organization, actor=self.actor)
        self.employers |= employers
        new = [self._new(row.values) for row in rows if row.verdict == Verdict.NEW]
        services.register_many(new, on=self.on, actor=self.actor)
        self._change([row for row in rows if row.verdict == Verdict.CHANGED])

    def _new(self, values: Mapping[str, Any]) -> services.NewMember:
        joined = values.get("joined_on")
        return services.NewMember(
            organization=self.units[values["organization"]] if "organization" in values else self.organization,
            name=values["name"],
            id_number=values["id_number"],
            phone=values.get("phone", ""),
            joined_on=date.fromisoformat(joined) if joined else None,
            employer=self.employers.get(values.get("employer", "")),
            occupation=self.occupations.get(values.get("occupation", "")),
            on_duty_festival=values.get("on_duty_festival"),
            home_address=values.get("home_address", ""),
        )

    def _change(self, rows: Sequence[Staged]) -> None:
        keys = {self.key(row.values): row for row in rows}
        members = {
            bytes(member.id_number_index): member
            for member in Member.objects.filter(id_number_index__in=list(keys)).select_related("organization")
        }
        changes: list[tuple[UUID, services.Changes]] = []
        for key, row in keys.items():
            if key not in members:
                continue
            changed = {name for name, _before, _after in row.changes}
            changes.append((members[key].pk, self._as_changes(row.values, changed)))
            if "organization" in changed:
                to = self.units[row.values["organization"]]
                reason = _("Import of a roster")
                services.transfer_member(members[key], to=to, on=self.on, reason=reason, actor=self.actor)
        services.change_many(changes, on=self.on, actor=self.actor)

    def _as_changes(self, values: Mapping[str, Any], names: set[str]) -> services.Changes:
        changes: services.Changes = {}
        if "name" in names:
            changes["name"] = values["name"]
        if "phone" in names:
            changes["phone"] = values["phone"]
        if "joined_on" in names:
            changes["joined_on"] = date.fromisoformat(values["joined_on"])
        if "employer" in names:
            changes["employer"] = self.employers[values["employer"]]
        if "occupation" in names:
            changes["occupation"] = self.occupations[values["occupation"]]
        if "on_duty_festival" in names:
            changes["on_duty_festival"] = values["on_duty_festival"]
        if "home_address" in names:
            changes["home_address"] = values["home_address"]
        return changes


Reader = Callable[[Member], str]
Writer = Callable[[str], str]


def _plain(text: str) -> str:
    return text


def _yes_no(text: str) -> str:
    return {"True": _("yes"), "False": _("no")}.get(text, "")


# How a field of a registered person compares with the row's value, and how either is shown.
SHOWN: dict[str, tuple[Reader, Writer]] = {
    "name": (lambda member: member.name, _plain),
    "phone": (lambda member: str(member.phone), lambda text: masked_phone(text) if text else ""),
    "joined_on": (lambda member: member.joined_on.isoformat() if member.joined_on else "", _plain),
    "employer": (lambda member: coverage.employer_name(member.employer.name) if member.employer else "", _plain),
    "occupation": (lambda member: member.occupation.name if member.occupation else "", _plain),
    "on_duty_festival": (
        lambda member: "" if member.on_duty_festival is None else str(member.on_duty_festival),
        _yes_no,
    ),
}


def _units(organization: Organization) -> dict[str, Organization]:
    """The live unions of a subtree by the name they are shown with: with the code where two are named alike."""
    units = list(Organization.objects.live().under(organization))
    alike = Counter(unit.name for unit in units)
    return {unit.name if alike[unit.name] == 1 else f"{unit.name}（{unit.code}）": unit for unit in units}
