"""An empty workbook to fill in: the usual headers, numbers as text, drop-downs, and a sheet that explains."""

from io import BytesIO

from django.utils.translation import gettext as _

from niangjia.imports.registry import Kind, Target
from niangjia.ui.excel import set_paper

ROWS = 5_000
AS_TEXT = frozenset({Kind.ID_NUMBER, Kind.PHONE})
LONGEST_LIST = 255  # characters of a drop-down that lies in the cell itself


def workbook(target: Target) -> bytes:
    import xlsxwriter  # noqa: PLC0415 (slow to import)

    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet(str(target.label)[:31])
        lists = book.add_worksheet(_("Lists"))
        notes = book.add_worksheet(_("How to fill it in"))
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F4F1EA"})
        needed = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F4F1EA", "font_color": "#B3261E"})
        text, wrapped = book.add_format({"num_format": "@"}), book.add_format({"text_wrap": True, "valign": "top"})
        notes.set_column(0, 0, 22)
        notes.set_column(1, 1, 60, wrapped)
        notes.write_row(0, 0, [_("Column"), _("What to write")], head)
        for column, field in enumerate(target.fields):
            sheet.write_string(0, column, str(field.label), needed if field.required else head)
            sheet.set_column(column, column, 24 if field.kind in AS_TEXT else 16, text)
            parts = [_("Required.") if field.required else _("May stay empty.")]
            parts += [_("For example: %(example)s") % {"example": field.example}] if field.example else []
            notes.write_row(column + 1, 0, [str(field.label), " ".join([*parts, str(field.help)]).strip()])
            if words := list(target.choices(field.name)):
                lists.write_column(0, column, words)
                letter = _letter(column)
                source = f"='{lists.get_name()}'!${letter}$1:${letter}${len(words)}"
                rule = {"validate": "list", "source": source, "error_type": "warning"}
                sheet.data_validation(1, column, ROWS, column, rule)
        sheet.freeze_panes(1, 0)
        set_paper(sheet)
        set_paper(notes, lying=False)
        lists.hide()
    return stream.getvalue()


def _letter(column: int) -> str:
    return chr(ord("A") + column) if column < 26 else f"A{chr(ord('A') + column - 26)}"
