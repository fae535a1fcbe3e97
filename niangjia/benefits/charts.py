"""The charts of the report; their figures are the report's."""

from django.utils.translation import gettext as _

from niangjia.benefits.queries.report import Report
from niangjia.ui.charts import Chart

MOST = 10


def report_charts(found: Report) -> list[list[tuple[str, Chart]]]:
    """Two columns: by unit beside by occupation and by channel; empty ones are left out."""
    units, trades = found.by_unit[:MOST], found.by_occupation[:MOST]
    pieces = _("gifts")
    charts = {
        "units": Chart(
            kind="bars",
            title=_("Served, by union"),
            labels=[line.label for line in units],
            series=[
                (_("online"), [line.online + line.assisted for line in units]),
                (_("offline"), [line.offline for line in units]),
            ],
            unit=pieces,
            axis=_("Union"),
        ),
        "trades": Chart(
            kind="bars",
            title=_("Served, by occupation"),
            labels=[line.label for line in trades],
            series=[(_("served"), [line.served for line in trades])],
            unit=pieces,
            axis=_("Occupation"),
        ),
        "channels": Chart(
            kind="share",
            title=_("Served, by channel"),
            labels=[label for label, _count in found.by_channel],
            series=[(_("served"), [count for _label, count in found.by_channel])],
            unit=pieces,
            axis=_("Channel"),
        ),
    }
    filled = [(code, chart) for code, chart in charts.items() if any(any(values) for _name, values in chart.series)]
    return [column for column in (filled[:1], filled[1:]) if column]
