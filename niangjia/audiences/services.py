"""Writing rules and audiences."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from niangjia.audiences import conditions as builder
from niangjia.audiences import frozen
from niangjia.audiences.freeze import SLICES, entries, insert_slice
from niangjia.audiences.models import (
    AUDIENCE_TRANSITIONS,
    Audience,
    AudienceStatus,
    Rule,
    RuleVersion,
    YearStart,
    ZodiacRule,
)
from niangjia.audiences.permissions import DEFINE, FREEZE
from niangjia.audiences.queries import considered
from niangjia.audiences.registry import require_known
from niangjia.audiences.tree import facts, parse
from niangjia.audiences.valid import checked
from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import InvalidInput
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.jobs import services as jobs
from niangjia.jobs.models import Job
from niangjia.members.permissions import EXPORT
from niangjia.org.models import Organization


@whole
def save_rule(
    *,
    organization: Organization,
    name: str,
    source: str | None = None,
    conditions: dict[str, Any] | None = None,
    actor: Actor | None,
) -> RuleVersion:
    """Write a rule, by its source or by the builder's conditions, as the next version of the rule of that name.

    Saving again what the rule says already returns that version. Raises ``RuleRefused`` with place and reason.
    """
    access.require(actor, DEFINE, organization)
    text = builder.write(conditions) if conditions is not None else (source or "").strip()
    root = checked(text)
    require_known(actor, facts(root), organization)
    rule, _created = Rule.objects.get_or_create(
        organization=organization, name=name, defaults={"organization_path": organization.path}
    )
    Rule.objects.select_for_update(of=["self"]).get(pk=rule.pk)
    last = rule.versions.first()
    if last is not None and last.source == text:
        return last
    version = RuleVersion.objects.create(
        rule=rule,
        number=last.number + 1 if last else 1,
        source=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        conditions=builder.read(root),
        created_by_id=actor.pk if actor else None,
    )
    audit.record(actor, "audiences.rule.save", rule, number=version.number, source=text, digest=version.digest)
    return version


@whole
def create_audience(
    *, organization: Organization, name: str, rule_version: RuleVersion, actor: Actor | None
) -> Audience:
    """Draw up an audience of the unit's members by a rule; it is a draft until it is frozen."""
    access.require(actor, DEFINE, organization)
    require_known(actor, facts(parse(rule_version.source)), organization)
    if Audience.objects.filter(organization=organization, name=name).exists():
        raise InvalidInput(
            _("There is an audience “%(name)s” already.") % {"name": name},
            field="name",
            remedy=_("Choose another name."),
        )
    made = Audience.objects.create(
        organization=organization, organization_path=organization.path, name=name, rule_version=rule_version
    )
    audit.record(actor, "audiences.audience.create", made, rule=str(rule_version), digest=rule_version.digest)
    return made


@whole
def start_freezing(audience: Audience, *, actor: Actor | None, result_url: str = "") -> Job:
    """Queue the freezing. Asked again while it runs, the same job; after it failed, a new one."""
    access.require(actor, FREEZE, audience.organization)
    audience = Audience.objects.select_for_update(of=["self"]).get(pk=audience.pk)
    require_known(actor, facts(parse(audience.rule_version.source)), audience.organization)
    if audience.status == AudienceStatus.FREEZING and audience.job and not audience.job.is_finished:
        return audience.job
    advance(audience, AudienceStatus.FREEZING, AUDIENCE_TRANSITIONS)
    audience.job = jobs.start(
        "audiences.freeze",
        label=_("Freezing “%(name)s”") % {"name": audience.name},
        actor=actor,
        result_url=result_url,
        audience=str(audience.pk),
    )
    audience.save(update_fields=["status", "job"])
    audit.record(actor, "audiences.audience.start_freezing", audience)
    return audience.job


@whole
def freeze_audience(
    audience_id: UUID, *, at: datetime, progress: Callable[[int], None] = lambda count: None
) -> Audience:
    """Write the list: one row for everyone considered, with each clause's result. A frozen one stays as it is."""
    audience = Audience.objects.select_for_update(of=["self"]).get(pk=audience_id)
    if audience.is_frozen:
        return audience
    root = parse(audience.rule_version.source)
    rows = entries(audience.pk, root, considered(audience.organization, None))
    audience.considered = 0
    for digit in SLICES:
        audience.considered += insert_slice(rows, digit)
        progress(1)
    audience.eligible = audience.entries.filter(eligible=True).count()
    audience.words, audience.clauses = frozen.keep_words(root), frozen.keep(root)
    audience.frozen_at = at
    advance(audience, AudienceStatus.FROZEN, AUDIENCE_TRANSITIONS)
    audience.save()
    audit.record(
        None,
        "audiences.audience.freeze",
        audience,
        digest=audience.rule_version.digest,
        considered=audience.considered,
        eligible=audience.eligible,
    )
    return audience


@whole
def export_audience(audience: Audience, *, actor: Actor | None) -> None:
    """Write down that the list leaves the house as a file."""
    access.require(actor, EXPORT, audience.organization)
    audit.record(actor, "audiences.audience.export", audience, considered=audience.considered)


@whole
def set_year_start(*, year_start: YearStart, valid_from: date, source: str, actor: Actor | None) -> ZodiacRule:
    """Say for the whole house with which day the year of an animal begins, from ``valid_from`` on."""
    access.require(actor, DEFINE, Organization.objects.get(parent=None))
    if ZodiacRule.objects.filter(valid_from__gte=valid_from).exists():
        raise InvalidInput(_("It is settled already from this day or a later one."), field="valid_from")
    ZodiacRule.objects.filter(valid_to=None).update(valid_to=valid_from)
    rule = ZodiacRule.objects.create(
        year_start=year_start, valid_from=valid_from, source=source, confirmed_by=str(actor or "")
    )
    audit.record(actor, "audiences.zodiac.set", rule, year_start=year_start, valid_from=valid_from, source=source)
    return rule
