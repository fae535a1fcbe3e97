"""How what programs send is read, before any shape is asked for."""

import json
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from ninja.parser import Parser

from niangjia.core.errors import InvalidInput

NUL = "\x00"


class CarefulParser(Parser):
    """Refuses what no column can hold: the character NUL, which JSON can say; and numbers that JSON cannot."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = json.loads(request.body, parse_constant=_not_a_number)
        if b"\\u0000" in request.body:
            _refuse_nul(body)
        return body

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        found = super().parse_querydict(data, list_fields, request)
        _refuse_nul(found)
        return found


def _not_a_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


def _refuse_nul(value: Any) -> None:
    if isinstance(value, str) and NUL in value:
        raise InvalidInput(_("The character NUL cannot be stored."))
    if isinstance(value, dict):
        for name, each in value.items():
            _refuse_nul(name)
            _refuse_nul(each)
    elif isinstance(value, list):
        for each in value:
            _refuse_nul(each)
