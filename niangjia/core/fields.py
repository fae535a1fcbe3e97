"""A text column that is encrypted at rest and bound to its row, decrypted only when somebody reads it."""

from typing import TYPE_CHECKING, Any

from django.db import models

from niangjia.core import crypto

if TYPE_CHECKING:
    Bytes = models.BinaryField[str | bytes, str]
else:
    Bytes = models.BinaryField


class _Opened:
    """Opens the sealed bytes when the attribute is read, so that lists which do not show a value do not open it."""

    def __init__(self, field: "EncryptedField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        if self.field.attname not in instance.__dict__:
            instance.refresh_from_db(fields=[self.field.attname])
        value = instance.__dict__[self.field.attname]
        if isinstance(value, bytes | memoryview):
            value = self.field.open(bytes(value), instance.pk)
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: str | bytes) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedField(Bytes):
    """Text sealed with the table, the column and the row's key as associated data. Empty stays empty.

    ``values()`` yields the sealed bytes; ``open(sealed, pk)`` reads them.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", b"")
        kwargs["editable"] = True
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract:
            setattr(cls, name, _Opened(self))

    def bound_to(self, pk: object) -> str:
        return f"{self.model._meta.db_table}.{self.column}/{pk}"

    def open(self, sealed: bytes, pk: object) -> str:
        """The text of ``sealed`` as stored in the row ``pk``."""
        return crypto.unseal(sealed, self.bound_to(pk)) if sealed else ""

    def seal(self, text: str, pk: object) -> bytes:
        """What to store for ``text`` in the row ``pk``; for bulk writes past the ORM's ``save``."""
        return crypto.seal(text, self.bound_to(pk)) if text else b""

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes:
        value = model_instance.__dict__.get(self.attname, "")
        return bytes(value) if isinstance(value, bytes | memoryview) else self.seal(str(value), model_instance.pk)

    def get_default(self) -> str:
        return ""

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("Encrypted values are not serialised: they open only in their own row.")
