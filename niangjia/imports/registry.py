"""What can be imported: an app registers a target, with its fields, and this app does the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from niangjia.core.access import Actor
from niangjia.core.errors import Text
from niangjia.imports.verdicts import Finding, Message
from niangjia.org.models import Organization


class Kind(StrEnum):
    """What a column holds: by this its cells are recognised, read and judged."""

    ID_NUMBER = "id_number"
    PERSON_NAME = "person_name"
    PHONE = "phone"
    DATE = "date"
    SEX = "sex"
    YES_NO = "yes_no"
    ORGANIZATION = "organization"
    EMPLOYER = "employer"
    TERM = "term"  # one of a vocabulary that the target knows
    ADDRESS = "address"
    TEXT = "text"


@dataclass(frozen=True)
class Field:
    """One thing that a row may say. ``wordings`` are a few usual headers beside the label; the rest is learned."""

    name: str
    label: Text
    kind: Kind
    required: bool = False
    wordings: tuple[str, ...] = ()
    help: Text = ""
    example: str = ""
    longest: int = 200


@dataclass
class Staged:
    """One row on its way: what was read, what was found, what is to be done, and in the end what was done."""

    number: int
    values: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)  # field, before, after
    verdict: str = ""
    key: bytes | None = None

    @property
    def has_errors(self) -> bool:
        return any(finding.is_error for finding in self.findings)


class Session(Protocol):
    """A target's knowledge for one batch, read once: vocabularies, what is registered, what the actor may do."""

    def known(self, name: str) -> Mapping[str, str]:
        """Words that a field may hold, as ``wording.normal`` writes them, each with what is meant."""

    def key(self, values: Mapping[str, Any]) -> bytes | None:
        """Under what one person or thing is found again: twice in a file it is a duplicate."""

    def judge(self, rows: Sequence[Staged]) -> None:
        """Add findings that need the registry, set the verdict of rows without errors; in a few queries."""

    def write(self, rows: Sequence[Staged]) -> None:
        """Write rows judged good, within the caller's transaction; a row may still be refused by a finding."""


class Target(Protocol):
    """Something rows are imported into."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> Text: ...

    @property
    def permission(self) -> str: ...

    @property
    def fields(self) -> Sequence[Field]: ...

    @property
    def key_field(self) -> str:
        """The field by which a row is found again; what is said of the whole person is said there."""

    @property
    def messages(self) -> Mapping[str, Message]: ...

    def open(self, organization: Organization, *, on: date, actor: Actor | None) -> Session:
        """Begin with one batch for ``organization``."""

    def choices(self, name: str) -> Sequence[str]:
        """What the template offers in the drop-down of a field."""


_targets: dict[str, Target] = {}


def register(target: Target) -> None:
    """Make a target known; called from its app's ``ready``."""
    _targets[target.name] = target


def target(name: str) -> Target:
    return _targets[name]


def targets() -> list[Target]:
    return list(_targets.values())


def field_of(target: Target, name: str) -> Field:
    return next(field for field in target.fields if field.name == name)
