"""Writing employers."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.cleaning import narrow, tidy
from niangjia.core.errors import InvalidInput
from niangjia.core.transactions import whole
from niangjia.coverage import credit_code as codes
from niangjia.coverage.models import Employer
from niangjia.coverage.permissions import MANAGE
from niangjia.org.models import Organization

NAME_LENGTH = 120


def employer_name(text: str) -> str:
    """A name as it is compared: half-width but for Chinese brackets, no spaces between Chinese characters."""
    name = tidy(narrow(text)).replace("(", "（").replace(")", "）")
    return name if name.isascii() else name.replace(" ", "")


def checked_credit_code(text: str) -> str:
    """The code as it is kept, or a refusal that says what is wrong with it; nothing stays nothing."""
    if not text.strip():
        return ""
    try:
        return codes.parse(text).text
    except codes.CreditCodeWrong as wrong:
        reasons = {
            codes.Fault.LENGTH: _("A credit code has 18 characters."),
            codes.Fault.CHARACTERS: _("A credit code has digits and capital letters, but never I, O, S, V or Z."),
            codes.Fault.AUTHORITY: _("No authority gives credit codes that begin like this one."),
            codes.Fault.CHECK: _("The last character of this credit code should be %(expected)s.")
            % {"expected": wrong.expected},
        }
        raise InvalidInput(
            reasons[wrong.fault], field="credit_code", remedy=_("Compare it with the licence."), code=wrong.fault.value
        ) from None


@whole
def create_employer(
    *,
    organization: Organization,
    name: str,
    credit_code: str = "",
    ownership: str = "",
    industry: str = "",
    address: str = "",
    workers: int | None = None,
    workers_on: date | None = None,
    actor: Actor | None,
) -> Employer:
    """Enter an employer that ``organization`` covers; a name or code it has already is refused."""
    access.require(actor, MANAGE, organization)
    name, credit_code = employer_name(name), checked_credit_code(credit_code)
    if not 2 <= len(name) <= NAME_LENGTH:
        raise InvalidInput(_("The name of the employer must have 2 to 120 characters."), field="name")
    if Employer.objects.filter(organization=organization, name=name).exists():
        raise InvalidInput(_("%(name)s is entered already.") % {"name": name}, field="name")
    if credit_code and Employer.objects.filter(credit_code=credit_code).exists():
        raise InvalidInput(_("Another employer has this credit code."), field="credit_code")
    employer = Employer.objects.create(
        organization=organization,
        organization_path=organization.path,
        name=name,
        credit_code=credit_code,
        ownership=ownership,
        industry=industry,
        address=address,
        workers=workers,
        workers_on=workers_on,
    )
    audit.record(actor, "coverage.employer.create", employer)
    return employer


@whole
def get_or_create_employers(
    names: Iterable[str], *, organization: Organization, actor: Actor | None
) -> dict[str, Employer]:
    """Employers of ``organization`` and below by name, made at ``organization`` where none is known yet.

    Where two units below cover employers of one name, the one nearest to ``organization`` is meant.
    """
    wanted = {employer_name(name) for name in names} - {""}
    found = known_employers(wanted, organization)
    missing = sorted(wanted - found.keys())
    if too_long := [name for name in missing if len(name) > NAME_LENGTH]:
        raise InvalidInput(_("“%(name)s” is too long for the name of an employer.") % {"name": too_long[0]})
    if not missing:
        return found
    access.require(actor, MANAGE, organization)
    made = [Employer(organization=organization, organization_path=organization.path, name=name) for name in missing]
    Employer.objects.bulk_create(made)
    audit.record_many(actor, "coverage.employer.create", [(employer, {}) for employer in made])
    return found | {employer.name: employer for employer in made}


def known_employers(names: set[str], organization: Organization) -> dict[str, Employer]:
    """Those of ``names`` that ``organization`` and the units below it cover."""
    rows = Employer.objects.filter(organization_path__startswith=organization.path, name__in=names)
    return {row.name: row for row in sorted(rows, key=lambda row: -len(row.organization_path))}
