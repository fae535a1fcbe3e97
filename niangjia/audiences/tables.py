"""Lists of rules, audiences and the people on a frozen list."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from niangjia.audiences import frozen
from niangjia.audiences.models import Audience, AudienceEntry, AudienceStatus, Rule, RuleVersion
from niangjia.members.indexes import bigrams
from niangjia.org.models import Organization
from niangjia.ui.filters import Choice, Search
from niangjia.ui.formats import moment
from niangjia.ui.tables import Column, Table
from niangjia.ui.templatetags.ui import badge

STATES = {AudienceStatus.DRAFT: "draft", AudienceStatus.FREEZING: "active", AudienceStatus.FROZEN: "done"}


def audience_badge(audience: Audience) -> SafeString:
    return badge(STATES[AudienceStatus(audience.status)], audience.get_status_display())


def version_words(version: RuleVersion) -> str:
    return gettext("%(name)s, version %(number)s") % {"name": version.rule.name, "number": version.number}


class AudienceTable(Table):
    columns = (
        Column("name", _("Name"), sort="name"),
        Column("organization", _("For the members of"), value=lambda row: row.organization.name),
        Column("rule", _("Rule"), value=lambda row: version_words(row.rule_version)),
        Column("status", _("State"), value=lambda row: row.get_status_display(), show=audience_badge),
        Column("eligible", _("Eligible"), end=True),
        Column("considered", _("Considered"), end=True),
        Column("frozen_at", _("Frozen on"), show=lambda row: moment(row.frozen_at), sort="frozen_at"),
    )
    filters = (
        Choice("status", _("State"), AudienceStatus.choices, _("any state")),
        Search("q", _("Name"), fields=("name",)),
    )
    sentence = _("Audiences in {status} whose name contains {q}")
    empty = _(
        "Here stand the lists of those who are eligible. An audience is a rule applied to the members of a unit."
    )
    empty_action = _("Draw up an audience")

    def empty_href(self) -> str:
        return reverse("audiences:audience-new")

    def row_href(self, row: Audience) -> str:
        return reverse("audiences:audience", args=[row.pk])


class RuleTable(Table):
    columns = (
        Column("name", _("Name"), sort="name"),
        Column("organization", _("Unit"), value=lambda row: row.organization.name),
        Column("latest", _("Version"), end=True),
        Column("saved_at", _("Saved on"), show=lambda row: moment(row.saved_at)),
    )
    filters = (Search("q", _("Name"), fields=("name",)),)
    sentence = _("Rules whose name contains {q}")
    empty = _("Here stand the rules that say who is eligible. A rule is written once and serves many lists.")
    empty_action = _("Write a rule")

    def empty_href(self) -> str:
        return reverse("audiences:rule-new")

    def row_href(self, row: Rule) -> str:
        return reverse("audiences:rule", args=[row.pk])


def named(rows: Any, words: str) -> Any:
    if len(words) > 1:
        return rows.filter(member__name_bigrams__contains=bigrams(words), member__name__icontains=words)
    return rows.filter(member__name__istartswith=words)


def entry_table(
    request: HttpRequest, audience: Audience, entries: QuerySet[AudienceEntry], *, may_export: bool
) -> Table:
    """The people on the list of ``audience``, each with the conditions that kept the person out."""
    texts = frozen.headings(audience)

    def reasons(row: AudienceEntry) -> str:
        unmet = [text for number, text in texts.items() if row.findings[number]["met"] is not True]
        return "" if row.eligible else gettext("; ").join(unmet)

    def result(row: AudienceEntry) -> str:
        return gettext("Eligible") if row.eligible else gettext("Not eligible")

    def result_badge(row: AudienceEntry) -> SafeString:
        return badge("done" if row.eligible else "refused", result(row))

    def kept_out(rows: Any, number: str) -> Any:
        return rows.filter(eligible=False).exclude(**{f"findings__{number}__met": True})

    class EntryTable(Table):
        columns = (
            Column("name", _("Full name"), value=lambda row: row.member.name),
            Column("unit", _("Union on the day of freezing")),
            Column("result", _("Result"), value=result, show=result_badge),
            Column("why", _("Not met or not known"), value=reasons),
        )
        filters = (
            Choice("eligible", _("Result"), [("True", _("eligible")), ("False", _("not eligible"))], _("any result")),
            Choice("why", _("Condition"), list(texts.items()), _("any condition"), apply=kept_out),
            Search("q", _("Full name"), apply=named),
        )
        sentence = _("People who are {eligible}, kept out by {why}, whose name contains {q}")
        empty = _("Nobody was considered: the unit had no live member on that day.")
        file_name = audience.name if may_export else ""

        def row_href(self, row: AudienceEntry) -> str:
            return f"{reverse('audiences:audience-why', args=[audience.pk])}?member={row.member_id}"

    place = Organization.objects.filter(path=OuterRef("organization_path")).values("name")[:1]
    rows = entries.select_related("member").annotate(unit=Subquery(place)).order_by("member__name", "member_id")
    return EntryTable(request, rows)
