"""The dated rules about what one person may be given."""

from datetime import date

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.benefits.models import AmountLimit
from niangjia.benefits.permissions import PLAN
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import InvalidInput
from niangjia.core.transactions import whole
from niangjia.org.models import Organization


@whole
def set_limit(
    *,
    organization: Organization | None,
    kind: str,
    amount: int,
    source: str,
    valid_from: date,
    occasion: str = "",
    actor: Actor | None,
) -> AmountLimit:
    """Write down a limit from a day on; the one before ends with that day. It needs the rule it comes from."""
    access.require(actor, PLAN, organization or "")
    if not source.strip():
        raise InvalidInput(_("Name the rule this comes from."), field="source")
    same = AmountLimit.objects.filter(organization=organization, kind=kind, occasion=occasion)
    if same.filter(valid_from__gte=valid_from).exists():
        raise InvalidInput(_("It is settled already from this day or a later one."), field="valid_from")
    same.filter(valid_to=None).update(valid_to=valid_from)
    limit = AmountLimit.objects.create(
        organization=organization,
        kind=kind,
        amount=amount,
        occasion=occasion,
        source=source,
        valid_from=valid_from,
        confirmed_by=str(actor or ""),
    )
    path = organization.path if organization else ""
    told = {"kind": kind, "amount": amount, "occasion": occasion, "source": source, "valid_from": valid_from}
    audit.record(actor, "benefits.limit.set", limit, place=path, **told)
    return limit


@whole
def end_limit(limit: AmountLimit, *, on: date, actor: Actor | None) -> AmountLimit:
    """From this day on the limit no longer holds."""
    access.require(actor, PLAN, limit.organization or "")
    limit = AmountLimit.objects.select_for_update(of=["self"]).get(pk=limit.pk)
    limit.valid_to = max(on, limit.valid_from)
    limit.save(update_fields=["valid_to"])
    path = limit.organization.path if limit.organization else ""
    audit.record(actor, "benefits.limit.end", limit, place=path, on=on)
    return limit
