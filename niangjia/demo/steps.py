"""The steps of the demo, in order."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from niangjia.demo import accounts, current, finished, register, registers, samples
from niangjia.demo.loading import Advance, Demo, Step
from niangjia.demo.tree import UNIT
from niangjia.insights import page
from niangjia.insights import services as insights


def write_samples(demo: Demo, advance: Advance) -> None:
    """Rosters that an officer can import, beside the data of the installation."""
    samples.write(settings.HOME / "samples", demo.layout)


def define_figures(demo: Demo, advance: Advance) -> None:
    """The page's figures, as public figures of Tianqiao: what they come to is computed whenever somebody looks."""
    unit, officer = demo.unions()[UNIT], accounts.officer("tianqiao")
    for position, said in enumerate(page.figures(), 1):
        figure = insights.define_figure(
            organization=unit,
            code=said.code,
            story=said.story,
            computation=said.computation,
            subject=said.subject,
            position=position,
            title=said.title,
            unit=said.unit,
            measure=said.measure,
            actor=officer,
        )
        insights.publish_figure(figure, public=True, actor=officer)


STEPS = (
    Step("tree", _("Unions from the city down to the workshop"), 4, registers.make_tree),
    Step("accounts", _("Roles, log-ins, occupations"), 1, registers.make_accounts),
    Step("employers", _("Invented employers"), 2, registers.make_employers),
    Step("register", _("The register of union building"), 3, register.fill),
    Step("people", _("Invented workers"), 20, registers.register_people),
    Step("plan", _("The finished programme: planned and published"), 4, finished.plan),
    Step("book", _("The finished programme: 1,200 boxes booked"), 4, finished.book),
    Step("collect", _("The finished programme: vouchers scanned"), 40, finished.collect),
    Step("hand-out", _("The finished programme: packs handed out"), 5, finished.hand_out),
    Step("report", _("The finished programme: closed and reported"), 3, finished.report),
    Step("open", _("The programme that is open now"), 8, current.open_now),
    Step("draw", _("The programme whose gifts are drawn by lot"), 2, current.drawn),
    Step("drafts", _("Programmes in draft"), 1, current.drafts),
    Step("figures", _("Public figures"), 1, define_figures),
    Step("samples", _("Sample rosters"), 1, write_samples),
)
