"""Reads about people."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from niangjia.core import id_numbers, phones
from niangjia.core.cleaning import compact, person_name
from niangjia.members.indexes import bigrams, id_number_index, phone_index
from niangjia.members.models import Occupation


def found(people: "QuerySet[Any]", words: str) -> "QuerySet[Any]":
    """Those of ``people`` whom a whole phone or ID number names, or whose name holds the words."""
    phone = phones.normal(words)
    if phones.is_mobile(phone):
        return people.filter(phone_index=phone_index(phone))
    try:
        number = id_numbers.parse(compact(words))
    except id_numbers.IdNumberWrong:
        pass
    else:
        return people.filter(id_number_index=id_number_index(number.text))
    name = person_name(words)
    if len(name) < 2:
        return people.filter(name__startswith=name)
    return people.filter(name_bigrams__contains=bigrams(name), name__icontains=name)


def occupations() -> "QuerySet[Occupation]":
    """The trades people work in; anybody may know them."""
    return Occupation.objects.all()


def occupation(key: UUID) -> Occupation | None:
    return Occupation.objects.filter(pk=key).first()
