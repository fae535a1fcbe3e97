"""How the gifts of a programme are allocated, in plain words: for the notice, the member's page and the plan."""

from datetime import datetime
from functools import lru_cache

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from niangjia.audiences import queries as audiences
from niangjia.benefits.models import Programme
from niangjia.bookings.models import Allocation, Limit, Method, Pack, Share, Who
from niangjia.ui.formats import moment


def sentences(programme: Programme, at: datetime | None = None) -> list[str]:
    """Everything that was chosen, one sentence or two for each thing; nothing where nothing was chosen.

    Once a programme runs it is fixed. With ``at`` what this process has read in the same minute may then be told
    again: a crowd that opens its pages in the same second reads the same.
    """
    if at and programme.is_running:
        times = programme.opens_at, programme.closes_at
        return [*_fixed(programme, times, get_language() or "", int(at.timestamp()) // 60)]
    return _read(programme)


@lru_cache(maxsize=200)
def _fixed(programme: Programme, times: tuple[datetime | None, ...], language: str, minute: int) -> list[str]:
    """``times`` may be put off while it runs; ``minute`` is the age at which names are read anew."""
    del times, language, minute
    return _read(programme)


def _read(programme: Programme) -> list[str]:
    found = Allocation.objects.filter(pk=programme.pk).first()
    if found is None:
        return []
    limits = [_limit(limit) for limit in found.limits.prefetch_related("allocations")]
    if not found.method or not programme.opens_at:
        return limits
    return [
        _method(found, programme),
        *(_share(share) for share in found.shares.select_related("rule_version")),
        *_pack(found),
        *_line(found),
        *_release(found),
        *limits,
    ]


def consequences() -> list[tuple[str, str]]:
    """What each of the two ways means, also for people whose hands are slow."""
    first_come = _(
        "Whoever asks first gets one, and knows at once. Where there are many more people than gifts, the quick hand, "
        "the new phone and the free minute decide: older colleagues, drivers and whoever is on shift come too late."
    )
    draw = _(
        "Everybody has days to enter, and the hour makes no difference. The order is drawn so that anyone can check "
        "it; the result is known only after entries have closed, and those drawn must confirm."
    )
    return [(str(Method.DRAW.label), draw), (str(Method.FIRST_COME.label), first_come)]


def _method(found: Allocation, programme: Programme) -> str:
    if found.method == Method.DRAW:
        text = _(
            "The gifts are drawn by lot. Enter until %(until)s; it makes no difference when. The draw mixes in "
            "“%(value)s”, which is known on %(due)s only, so that nobody can steer it and anyone can check it."
        )
        return text % {
            "until": _when(programme.closes_at),
            "value": found.value_name,
            "due": _when(found.value_due_at),
        }
    text = _("The gifts go to those who book first, from %(opens)s on, until all are booked.")
    return text % {"opens": _when(programme.opens_at)}


def _share(share: Share) -> str:
    told = {
        "n": share.quantity,
        "name": share.name,
        "who": audiences.words(share.rule_version).rstrip("。."),
        "when": _when(share.flows_at),
    }
    if share.flows_at:
        return _("%(n)s of them are for “%(name)s” (%(who)s). Those unused on %(when)s are then for everybody.") % told
    return _("%(n)s of them are for “%(name)s” (%(who)s), until booking closes.") % told


def _pack(found: Allocation) -> list[str]:
    if found.pack != Pack.HOUSEHOLD:
        return []
    text = _("One booking is for the whole household: a gift for each member in it, %(most)s at most.")
    return [text % {"most": found.pack_most}]


def _line(found: Allocation) -> list[str]:
    hours = {"hours": found.answer_hours}
    if found.method == Method.DRAW:
        text = ngettext(
            "Who is drawn has %(hours)s hour to accept; after that the next in the order drawn is asked.",
            "Who is drawn has %(hours)s hours to accept; after that the next in the order drawn is asked.",
            found.answer_hours,
        )
        return [text % hours]
    if not found.waiting_list:
        return []
    text = ngettext(
        "When all are booked there is a waiting list. What becomes free is offered in its order, with %(hours)s hour"
        " to accept.",
        "When all are booked there is a waiting list. What becomes free is offered in its order, with %(hours)s hours"
        " to accept.",
        found.answer_hours,
    )
    return [text % hours]


def _release(found: Allocation) -> list[str]:
    if found.release_at is None:
        return []
    return [_("What is not collected by %(when)s goes to the next in line.") % {"when": _when(found.release_at)}]


def _limit(limit: Limit) -> str:
    told = {"name": limit.name, "most": limit.most}
    alone = {
        Who.PERSON: _("“%(name)s”: %(most)s at most for each person."),
        Who.HOUSEHOLD: _("“%(name)s”: %(most)s at most for each household."),
        Who.UNIT: _("“%(name)s”: %(most)s at most for each union."),
    }[Who(limit.who)] % told
    others = len(limit.allocations.all()) - 1
    if not others:
        return alone
    more = ngettext(
        "Counted together with %(n)s other programme.", "Counted together with %(n)s other programmes.", others
    )
    return f"{alone}{more % {'n': others}}"


def _when(at: datetime | None) -> str:
    return moment(at)
