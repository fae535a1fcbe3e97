"""Putting papers on file, numbering them, and changing their words."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Literal

from django.db import models
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import InvalidInput
from niangjia.core.transactions import whole
from niangjia.files import services as files
from niangjia.org.models import Organization
from niangjia.papers.kinds import Wording, registered, unknown_places
from niangjia.papers.models import Paper, Template
from niangjia.papers.permissions import CHANGE, VIEW

Format = Literal["pdf", "word", "excel"]
ENDINGS: dict[Format, str] = {"pdf": "pdf", "word": "docx", "excel": "xlsx"}


@whole
def file_paper(
    *,
    organization: Organization,
    kind: str,
    title: str,
    about: models.Model,
    contents: Mapping[Format, bytes],
    actor: Actor | None,
    sealed: bool = False,
) -> Paper:
    """Put a paper on file in each of its formats; the caller has checked that the actor may make it.

    ``sealed`` is for papers with people's names: they lie encrypted, and each reading of them is history.
    """
    stored = {
        form: files.store(
            content,
            name=f"{title.replace(chr(10), '')}.{ENDINGS[form]}",
            organization=organization,
            purpose=kind,
            actor=actor,
            sealed=sealed,
        )
        for form, content in contents.items()
    }
    paper: Paper = Paper.objects.create(
        organization=organization,
        organization_path=organization.path,
        kind=kind,
        title=title.replace("\n", "")[:200],
        about_type=about._meta.label_lower,
        about_id=about.pk,
        made_by_id=actor.pk if actor else None,
        **stored,
    )
    audit.record(actor, "papers.paper.make", paper, kind=kind, about=str(about.pk), formats=sorted(stored))
    return paper


@whole
def read_paper(paper: Paper, form: Format, *, actor: Actor) -> tuple[str, str, bytes]:
    """Name, media type and content of one format; reading a paper with people's names is itself history."""
    if paper.made_by_id != actor.pk:
        access.require(actor, VIEW, paper.organization_path)
    stored = getattr(paper, form)
    if stored is None:
        raise InvalidInput(_("This paper was not made in this format."), remedy=_("Choose another format."))
    if stored.sealed:
        audit.record(actor, "papers.paper.read", paper, format=form)
    return stored.name, stored.media_type, files.read(stored)


@whole
def number_paper(paper: Paper, number: str, *, actor: Actor | None) -> Paper:
    """Give the paper its document number; no other paper of the organisation may have it."""
    access.require(actor, CHANGE, paper.organization_path)
    paper = Paper.objects.select_for_update(of=["self"]).get(pk=paper.pk)
    taken = Paper.objects.filter(organization=paper.organization_id, number=number).exclude(pk=paper.pk)
    if number and taken.exists():
        raise InvalidInput(
            _("The document number %(number)s is taken.") % {"number": number},
            field="number",
            remedy=_("Use the next free number of your register."),
        )
    before, paper.number = paper.number, number
    paper.save(update_fields=["number"])
    audit.record(actor, "papers.paper.number", paper, before=before, number=number)
    return paper


@whole
def change_wording(kind: str, organization: Organization, words: Wording, *, actor: Actor | None) -> Template:
    """Give an organisation its own words; a place that this kind of paper does not know is refused by its name."""
    access.require(actor, CHANGE, organization)
    known = registered[kind]
    said = {field.name: str(getattr(words, field.name)) for field in fields(words)}
    for name, text in said.items():
        unknown = unknown_places(text, known)
        if unknown:
            raise InvalidInput(
                _("This paper does not know %(places)s.") % {"places": ", ".join(f"{{{place}}}" for place in unknown)},
                field=name,
                remedy=_("You may use %(places)s.") % {"places": ", ".join(f"{{{place}}}" for place in known.places)},
            )
    template, _made = Template.objects.update_or_create(
        organization=organization, kind=kind, defaults={**said, "organization_path": organization.path}
    )
    audit.record(actor, "papers.template.change", template, kind=kind, **said)
    return template


@whole
def reset_wording(kind: str, organization: Organization, *, actor: Actor | None) -> None:
    """Forget an organisation's own words; it then uses those of the unit above it, or ours."""
    access.require(actor, CHANGE, organization)
    for template in Template.objects.select_for_update(of=["self"]).filter(kind=kind, organization=organization):
        audit.record(actor, "papers.template.reset", template, kind=kind)
        template.delete()
