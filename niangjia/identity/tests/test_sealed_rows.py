"""A sealed column on a real row."""

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection

from niangjia.identity.models import User


@pytest.mark.django_db
def test_a_row_copied_onto_another_does_not_open() -> None:
    first = User.objects.create(name="甲", phone="13900000001")
    second = User.objects.create(name="乙", phone="13900000002")
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM identity_user WHERE id = %s", [first.pk])
        stored = bytes(cursor.fetchone()[0])
        assert b"139" not in stored
        cursor.execute("UPDATE identity_user SET phone = %s WHERE id = %s", [stored, second.pk])
    assert User.objects.get(pk=first.pk).phone == "13900000001"
    with pytest.raises(InvalidTag):
        _ = User.objects.get(pk=second.pk).phone


@pytest.mark.django_db
def test_a_sealed_value_survives_saving_unread_and_deferred() -> None:
    user = User.objects.create(name="甲", phone="13900000001")
    unread = User.objects.get(pk=user.pk)
    unread.name = "甲乙"
    unread.save()
    assert User.objects.get(pk=user.pk).phone == "13900000001"
    assert User.objects.defer("phone").get(pk=user.pk).phone == "13900000001"
    assert User.objects.create(name="丙").phone == ""
