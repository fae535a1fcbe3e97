"""How long a roster of 10,000 rows takes to be checked, and to be written: ``python -m bench.imports``.

The workbook has headers that the code never names, one wrong check digit in a hundred rows, and a fifth of its people
are registered already among 20,000. Checking is what an officer waits for: from the chosen columns to the verdicts.
"""

import resource
from datetime import date
from io import BytesIO
from typing import Any

from bench.ground import ground, spread, tell

ROWS = 10_000
REGISTERED = 20_000
TODAY = date(2026, 1, 12)
HEADERS = ("编号", "本人姓名", "证件编码", "联系方式(手机)", "男女", "服务单位全称", "从事岗位", "参加工会年月")
TRADES = ("保安", "保洁", "外卖骑手", "快递员", "护士", "电工", "营业员", "货车司机")


def id_number(number: int, *, wrong: bool = False) -> str:
    from niangjia.core import id_numbers

    first = f"110199{1950 + number % 50}{number // 50 % 12 + 1:02}{number // 600 % 28 + 1:02}{number % 1000:03}"
    check = id_numbers.check_character(first)
    return first + (("1" if check != "1" else "2") if wrong else check)


def name(number: int) -> str:
    return f"{'王李张刘陈杨黄赵'[number % 8]}{chr(0x4E00 + number % 2000)}{chr(0x4E00 + number // 2000)}"


def roster() -> bytes:
    import xlsxwriter

    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("花名册")
        sheet.write_row(0, 0, ["天桥街道职工花名册"])
        sheet.write_row(1, 0, HEADERS)
        for at in range(ROWS):
            number = REGISTERED - ROWS // 5 + at
            sex = "男" if number % 1000 % 2 else "女"
            cells = (at + 1, name(number), id_number(number, wrong=at % 100 == 7), f"139{number:08}", sex)
            sheet.write_row(at + 2, 0, (*cells, f"第{number % 300}物业公司", TRADES[number % 8], "2020-03-01"))
    return stream.getvalue()


def main() -> None:
    with ground():
        from django.db import connection

        from niangjia.core.access import Actor
        from niangjia.files.models import StoredFile
        from niangjia.imports import queries, registry, services
        from niangjia.imports.models import Batch, BatchStatus
        from niangjia.members import services as members
        from niangjia.org import services as org

        nobody: Actor | None = None
        unit = org.create_organization(
            parent=None, code="TQ", name="天桥街道总工会", kind="federation", level="subdistrict", actor=nobody
        )
        members.ensure_occupations(actor=nobody)
        people = [
            members.NewMember(unit, name(number), id_number(number), f"139{number:08}", date(2020, 3, 1))
            for number in range(REGISTERED)
        ]
        members.register_many(people, on=TODAY, actor=nobody)
        content = roster()
        batches: list[Any] = []

        def receive() -> None:
            batch = services.receive_file(
                content,
                name="roster.xlsx",
                organization=unit,
                target=registry.target("roster"),
                on=TODAY,
                actor=nobody,
            )
            guesses = queries.guesses(batch, queries.open_table(batch))
            services.choose_mapping(
                batch, sheet=0, mapping={guess.column: guess.field for guess in guesses}, actor=nobody
            )
            batches.append(batch)

        def check() -> None:
            services.check_batch(batches[-1].pk, on=TODAY, actor=nobody)

        receiving = spread(5, receive)
        checking = spread(5, check, before=receive)
        batch = Batch.objects.get(pk=batches[-1].pk)
        assert batch.counts["error"] == ROWS // 100, batch.counts
        marking = _once(lambda: services.mark_file(batch.pk, on=TODAY))
        from datetime import UTC, datetime

        def commit() -> None:
            services.commit_batch(batch.pk, on=TODAY, at=datetime.now(UTC), actor=nobody)

        services.start_commit(batch, actor=nobody)
        writing = _once(commit)
        batch.refresh_from_db()
        assert batch.status == BatchStatus.COMMITTED, batch.status
        assert StoredFile.objects.exists()
        connection.close()
        tell(
            bench="imports",
            rows=ROWS,
            bytes=len(content),
            check_seconds=checking,
            receive_and_map_seconds=receiving,
            mark_seconds=marking,
            write_seconds=writing,
            counts=batch.counts,
            peak_megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        )


def _once(work: Any) -> float:
    import time

    begun = time.perf_counter()
    work()
    return round(time.perf_counter() - begun, 3)


if __name__ == "__main__":
    main()
