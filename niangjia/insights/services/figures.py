"""Writing figures: what is shown and how it is computed. There is no service that writes a value."""

from typing import NotRequired, TypedDict, Unpack

from django.utils.text import slugify
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import InvalidInput
from niangjia.core.transactions import whole
from niangjia.insights.models.figures import Figure
from niangjia.insights.permissions import DEFINE
from niangjia.insights.registry import Computation, find
from niangjia.org.models import Organization

CODE_LENGTH = 80


class Wording(TypedDict):
    """How a figure is told; what is absent or empty follows the computation's own words."""

    title: NotRequired[str]
    unit: NotRequired[str]
    measure: NotRequired[str]


@whole
def define_figure(
    *,
    organization: Organization,
    computation: str,
    subject: str,
    code: str = "",
    story: str = "",
    position: int = 0,
    actor: Actor | None,
    **wording: Unpack[Wording],
) -> Figure:
    """Make a figure of ``organization``, not yet public. Its subject must lie there, and must be known.

    Without a ``code`` one is made of the organisation, the subject and the computation.
    """
    access.require(actor, DEFINE, organization)
    known = _computation(computation)
    found, _counted = known.read([subject]).get(subject, (None, None))
    if found is None or not found.organization_path.startswith(organization.path):
        raise InvalidInput(
            _("There is nothing with the code %(code)s in your unit.") % {"code": subject}, field="subject"
        )
    code = code or slugify(f"{organization.code}-{subject}-{computation.replace('.', '-')}")[:CODE_LENGTH]
    if Figure.objects.filter(code=code).exists():
        raise InvalidInput(_("The code %(code)s is in use.") % {"code": code}, field="code")
    if Figure.objects.filter(organization=organization, computation=computation, subject=subject).exists():
        raise InvalidInput(_("Your unit has this figure already."), field="subject")
    figure = Figure.objects.create(
        organization=organization,
        organization_path=organization.path,
        code=code,
        story=story,
        computation=computation,
        subject=subject,
        position=position,
        title=wording.get("title") or str(known.label),
        unit=wording.get("unit") or str(known.unit),
        measure=wording.get("measure") or str(known.measure),
    )
    audit.record(actor, "insights.figure.define", figure, code=code, computation=computation, subject=subject)
    return figure


def _computation(name: str) -> Computation:
    found = find(name)
    if found is None:
        raise InvalidInput(_("There is no way to compute %(name)s.") % {"name": name}, field="computation")
    return found


@whole
def change_figure(
    figure: Figure, *, actor: Actor | None, position: int | None = None, **wording: Unpack[Wording]
) -> Figure:
    """Change how a figure is told and where it stands; how it is computed stays, for that is what it is."""
    access.require(actor, DEFINE, figure.organization)
    figure = Figure.objects.select_for_update(of=["self"]).get(pk=figure.pk)
    changed = {name: value for name, value in wording.items() if value and value != getattr(figure, name)}
    if position is not None and position != figure.position:
        changed["position"] = position
    if not changed:
        return figure
    before = {name: getattr(figure, name) for name in changed}
    for name, value in changed.items():
        setattr(figure, name, value)
    figure.save(update_fields=list(changed))
    audit.record(actor, "insights.figure.change", figure, before=before, after=changed)
    return figure


@whole
def publish_figure(figure: Figure, *, public: bool, actor: Actor | None) -> Figure:
    """Show the figure to everybody, or no longer."""
    access.require(actor, DEFINE, figure.organization)
    figure = Figure.objects.select_for_update(of=["self"]).get(pk=figure.pk)
    if figure.is_public == public:
        return figure
    figure.is_public = public
    figure.save(update_fields=["is_public"])
    audit.record(actor, f"insights.figure.{'publish' if public else 'withdraw'}", figure)
    return figure
