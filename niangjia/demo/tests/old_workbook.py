"""Makes data/老系统导出.xls, which is checked in: ``python -m niangjia.demo.tests.old_workbook``."""

from random import Random

import xlwt

from niangjia.demo import tree
from niangjia.demo.people import SEED
from niangjia.demo.rosters import Row, rosters
from niangjia.demo.samples import DATA


def main() -> None:
    roster = next(roster for roster in rosters(tree.layout(Random(SEED))) if roster.name.endswith(".xls"))
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("导出")
    rows: list[Row] = [[*roster.above], [*roster.headers], *roster.rows]
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    book.save(str(DATA / roster.name))


if __name__ == "__main__":
    main()
