"""A chart is its figures: drawn by the browser where it can, always there as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from niangjia.core.errors import Text


@dataclass(frozen=True)
class Chart:
    """``bars`` lie (long names read well), ``columns`` stand (time), ``line`` runs, ``share`` is a ring of parts."""

    kind: Literal["bars", "columns", "line", "share"]
    title: Text
    labels: Sequence[Text]
    series: Sequence[tuple[Text, Sequence[int | float | None]]]
    unit: Text = ""
    measure: Text = ""
    axis: Text = ""

    @property
    def names(self) -> list[Text]:
        return [name for name, _values in self.series]

    @property
    def table(self) -> list[tuple[Text, list[int | float | None]]]:
        columns = [values for _name, values in self.series]
        return [(label, [column[row] for column in columns]) for row, label in enumerate(self.labels)]

    @property
    def payload(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "labels": [str(label) for label in self.labels],
            "series": [{"name": str(name), "values": list(values)} for name, values in self.series],
            "unit": str(self.unit),
        }

    @property
    def needs_legend(self) -> bool:
        """Standing bars of several series have no room for names; everywhere else the label says them."""
        return self.kind == "columns" and len(self.series) > 1

    @property
    def size(self) -> str:
        """Classes that give the drawing its height before it is drawn, so that nothing jumps."""
        if self.kind != "bars":
            return ""
        rows = min(len(self.labels) * len(self.series), 30) or 1
        dense = "dense" if len(self.series) > 1 else ""
        tall = "tall" if any(len(str(label)) > 13 for label in self.labels) else dense
        return f"bars rows-{rows} {tall}"
