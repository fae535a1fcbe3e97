"""Numbers that are valid and belong to nobody: ID numbers, phones and credit codes of ranges that are not assigned.

docs/demo.md says which ranges and why; the check characters are right, so every check of the house is exercised.
"""

from datetime import date
from random import Random

from niangjia.core import id_numbers
from niangjia.coverage import credit_code

# Area codes are of a county number that a province's first city does not have: the province is told, the place
# does not exist. The county says for whom the number was made.
HOME_PROVINCES = {"11": 46, "13": 17, "41": 9, "37": 7, "14": 5, "15": 4, "23": 3, "34": 3, "21": 2, "42": 2, "51": 2}
COUNTY, COUNTY_ELSEWHERE, COUNTY_OF_ROSTERS, COUNTY_OF_CAST = "0199", "0198", "0197", "0196"
# 154 is a mobile prefix that no carrier has been given.
PHONE_PREFIX = "154"
FIRST_DRAWN_PHONE = 1_000_000  # the numbers below are for the people in docs/demo.md
PHONES = 100_000_000
STEP = 61_803_397  # coprime to PHONES less the reserved ones: neighbours in the register have unlike phones
COMPANY = "91"
NO_DIVISION = "110199"

_provinces = list(HOME_PROVINCES)
_weights = list(HOME_PROVINCES.values())


class IdNumbers:
    """Hands out ID numbers, each once: within a province, a birthday and a sex they are counted up."""

    def __init__(self, county: str = COUNTY) -> None:
        self._county = county
        self._used: dict[str, int] = {}

    def draw(self, random: Random, *, born_on: date, sex: str) -> str:
        province = random.choices(_provinces, _weights)[0]
        start = f"{province}{self._county}{born_on:%Y%m%d}"
        count = self._used[start + sex] = self._used.get(start + sex, -1) + 1
        first = f"{start}{count * 2 + (1 if sex == 'm' else 0):03d}"
        return first + id_numbers.check_character(first)


def phone(number: int) -> str:
    """The phone of the ``number``-th invented person; no two have the same."""
    return f"{PHONE_PREFIX}{FIRST_DRAWN_PHONE + number * STEP % (PHONES - FIRST_DRAWN_PHONE):08d}"


def company_code(number: int) -> str:
    """The unified social credit code of the ``number``-th invented enterprise."""
    body = f"MA{number:06d}"
    first = COMPANY + NO_DIVISION + body + credit_code.body_check_character(body)
    return first + credit_code.check_character(first)
