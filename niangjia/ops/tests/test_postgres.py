import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_test_database_runs_on_our_own_server() -> None:
    with connection.cursor() as cursor:
        cursor.execute("show listen_addresses")
        assert cursor.fetchone() == ("",)
