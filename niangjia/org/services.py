"""Writing the tree. A move holds one advisory lock, so that two movers cannot make a ring."""

from datetime import date
from typing import Any

from django.db import connection, models
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.transactions import whole
from niangjia.org.models import Organization, models_with_a_copy, new_label
from niangjia.org.permissions import MANAGE
from niangjia.org.signals import unit_moved

LOCK = 0x6F72_6774  # the tree's advisory lock: "orgt"


class MoveRefused(DomainError):
    """The tree would no longer be a tree, or the unit is closed."""

    code = "move-refused"


@whole
def create_organization(
    *, parent: Organization | None, code: str, name: str, actor: Actor | None, **fields: Any
) -> Organization:
    """Add an organisation under ``parent``; only the system makes the root. Raises ``InvalidInput`` on a used code."""
    access.require(actor, MANAGE, parent.path if parent else "")
    lock_tree()
    if Organization.objects.filter(code=code).exists():
        raise InvalidInput(_("The code %(code)s is in use.") % {"code": code}, field="code")
    above = Organization.objects.get(pk=parent.pk).path if parent else ""
    label = new_label()
    fields.setdefault("short_name", name)
    made = Organization.objects.create(
        parent=parent, label=label, path=f"{above}{label}.", code=code, name=name, **fields
    )
    audit.record(actor, "org.organization.create", made, code=code)
    return made


@whole
def move_organization(organization: Organization, *, to: Organization, actor: Actor | None) -> Organization:
    """Hang ``organization`` with all below it under ``to``; every copied path follows in the same transaction."""
    lock_tree()
    organization = Organization.objects.select_for_update(of=["self"]).get(pk=organization.pk)
    to = Organization.objects.get(pk=to.pk)
    access.require(actor, MANAGE, organization)
    access.require(actor, MANAGE, to)
    if to.path.startswith(organization.path):
        raise MoveRefused(
            _("%(name)s cannot hang under itself.") % {"name": organization}, remedy=_("Choose a unit outside it.")
        )
    if to.closed_on:
        raise MoveRefused(_("%(name)s is closed.") % {"name": to}, remedy=_("Choose a unit that is open."))
    old, new = organization.path, f"{to.path}{organization.label}."
    Organization.objects.filter(pk=organization.pk).update(parent=to)
    _rewrite(Organization.objects.all(), "path", old, new)
    for model in models_with_a_copy():
        _rewrite(model._default_manager.all(), "organization_path", old, new)
    unit_moved.send(Organization, organization=organization, old_path=old, new_path=new)
    organization.refresh_from_db()
    audit.record(actor, "org.organization.move", organization, old=old, new=new, to=to.code)
    return organization


def _rewrite(rows: models.QuerySet[Any], field: str, old: str, new: str) -> None:
    rows.filter(**{f"{field}__startswith": old}).update(
        **{field: Concat(models.Value(new), Substr(field, len(old) + 1))}
    )


@whole
def close_organization(organization: Organization, *, on: date, actor: Actor | None) -> Organization:
    """End a unit that has no open unit below it. Its cases stay where they are."""
    access.require(actor, MANAGE, organization)
    lock_tree()
    organization = Organization.objects.select_for_update(of=["self"]).get(pk=organization.pk)
    if organization.closed_on:
        raise DomainError(_("%(name)s is closed already.") % {"name": organization}, code="closed")
    if organization.children.filter(closed_on=None).exists():
        raise DomainError(
            _("%(name)s still has open units below it.") % {"name": organization},
            remedy=_("Close or move them first."),
            code="has-open-units",
        )
    organization.closed_on = on
    organization.save(update_fields=["closed_on"])
    audit.record(actor, "org.organization.close", organization, on=on)
    return organization


def lock_tree() -> None:
    """Hold the tree until the end of the transaction. Readers do not feel it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
