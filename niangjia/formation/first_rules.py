"""The rules that a new installation begins with; changed ones are rows, and this file stays as the first day was.

Those tagged "to be checked" are customary and want the word of the officer in charge.
"""

from datetime import date

FROM = date(2016, 1, 1)
LAW_TERMS = "《中华人民共和国工会法》第十六条"
ELECTIONS = "参照《工会基层组织选举工作条例》（总工发〔2016〕27号），待主管部门核定"
WOMEN = "《北京市实施〈中华人民共和国工会法〉办法》第九条"
HOUSE = "系统初始值，待主管部门核定"

# name, members from which on, least, most, divided by, source
FIRST_RULES: tuple[tuple[str, int, int, int | None, int, str], ...] = (
    ("term_primary", 0, 3, 5, 1, LAW_TERMS),
    ("term_other", 0, 5, 5, 1, LAW_TERMS),
    ("remind_days", 0, 90, None, 1, HOUSE),
    ("postpone_months", 0, 0, 6, 1, ELECTIONS),
    ("attendance", 0, 2, None, 3, ELECTIONS),
    ("votes", 0, 1, None, 2, ELECTIONS),
    ("contest", 0, 5, None, 100, ELECTIONS),
    ("women", 0, 25, None, 1, WOMEN),
    ("committee_size", 0, 1, 1, 1, ELECTIONS),
    ("committee_size", 25, 3, 7, 1, ELECTIONS),
    ("committee_size", 201, 7, 15, 1, ELECTIONS),
    ("committee_size", 1_001, 15, 21, 1, ELECTIONS),
    ("committee_size", 5_001, 21, 29, 1, ELECTIONS),
    ("committee_size", 10_001, 29, 37, 1, ELECTIONS),
    ("committee_size", 50_001, 37, 45, 1, ELECTIONS),
    ("delegates", 0, 0, 0, 1, ELECTIONS),
    ("delegates", 100, 30, 40, 1, ELECTIONS),
    ("delegates", 201, 40, 60, 1, ELECTIONS),
    ("delegates", 1_001, 60, 90, 1, ELECTIONS),
    ("delegates", 5_001, 90, 130, 1, ELECTIONS),
    ("delegates", 10_001, 130, 180, 1, ELECTIONS),
    ("delegates", 50_001, 180, 240, 1, ELECTIONS),
)


def rows() -> list[dict[str, object]]:
    """Each first rule as the fields of its row; a band ends where the next of its rule begins."""
    found: list[dict[str, object]] = []
    for place, (name, start, least, most, per, source) in enumerate(FIRST_RULES):
        following = FIRST_RULES[place + 1] if place + 1 < len(FIRST_RULES) else None
        end = following[1] if following and following[0] == name else None
        found.append(
            {
                "name": name,
                "from_members": start,
                "to_members": end,
                "least": least,
                "most": most,
                "per": per,
                "source": source,
                "valid_from": FROM,
            }
        )
    return found
