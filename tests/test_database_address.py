"""The address of the database, as the settings read it."""

from niangjia.config.settings import _database


def test_what_an_address_says_beside_the_place_reaches_the_driver() -> None:
    """Forgotten, it would be a connection without encryption that nobody notices."""
    options = _database("postgresql://u:p@h/n?sslmode=verify-full&sslrootcert=/ca.pem&connect_timeout=7")["OPTIONS"]
    options.pop("pool", None)
    assert options == {"sslmode": "verify-full", "sslrootcert": "/ca.pem", "connect_timeout": "7"}
