"""What the services of all cases share: the locked case, its papers, its letters."""

from datetime import date
from typing import TypeVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import InvalidInput
from niangjia.formation import queries
from niangjia.formation.models import Founding, Renewal, Term
from niangjia.formation.papers import SEALED, Draft
from niangjia.notices import services as notices
from niangjia.org.models import Organization
from niangjia.papers import services as papers
from niangjia.papers.models import Paper
from niangjia.papers.pdf import render_pdf
from niangjia.papers.word import render_docx

AnyCase = TypeVar("AnyCase", Founding, Renewal)


def locked(case: AnyCase, actor: Actor | None, permission: str, *, above: bool = False) -> AnyCase:
    """The case as it stands, held to the end; with ``above`` the right is wanted at the union above."""
    rows = type(case)._default_manager.select_for_update(of=["self"]).select_related("organization__parent")
    found: AnyCase = rows.get(pk=case.pk)
    access.require(actor, permission, found.above if above else found.organization_path)
    return found


def locked_term(term: Term) -> Term:
    rows = Term.objects.select_for_update(of=["self"]).select_related("organization__parent")
    found: Term = rows.get(pk=term.pk)
    return found


def require_reason(reason: str) -> str:
    if not reason.strip():
        raise InvalidInput(_("Name the reasons."), field="reason", remedy=_("They go into the paper."))
    return reason.strip()


def file_draft(draft: Draft, *, about: models.Model, on: date, actor: Actor | None, number: str = "") -> Paper:
    """Put a paper on file as PDF and Word, with its document number if it has one already."""
    document = draft.document(on, number)
    paper = papers.file_paper(
        organization=draft.home,
        kind=draft.kind,
        title=document.title,
        about=about,
        contents={"pdf": render_pdf("papers/official", document.data()), "word": render_docx(document)},
        actor=actor,
        sealed=draft.kind in SEALED,
    )
    return papers.number_paper(paper, number, actor=actor) if number else paper


def noun(case: Founding | Renewal) -> str:
    """What the history calls the case."""
    return "founding" if isinstance(case, Founding) else "renewal"


def address_of(case: Founding | Renewal) -> str:
    return reverse("formation:founding" if isinstance(case, Founding) else "formation:renewal", args=[case.pk])


def tell_officers(unit: Organization, permission: str, *, title: str, body: str, link: str) -> int:
    """A letter to those who hold ``permission`` at the unit, or nearest above it."""
    return notices.tell_many(queries.officers(unit, permission), title=title, body=body, link=link)
