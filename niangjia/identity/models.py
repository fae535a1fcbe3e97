"""Accounts, roles, and who holds which role where."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from niangjia.core import access
from niangjia.core.fields import EncryptedField
from niangjia.core.models import Row
from niangjia.identity.permissions import VIEW
from niangjia.org.models import Owned

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)

    def visible_to(self, actor: "Actor") -> models.QuerySet["User"]:
        """Oneself, and whoever holds a role in the subtrees one may look into."""
        held = Assignment.objects.filter(access.scope(actor, VIEW)).values("user")
        return self.filter(models.Q(pk=actor.pk) | models.Q(pk__in=held))


class User(AbstractBaseUser, Row):
    """A person who can log in: staff by user name and password, members by a code sent to their phone."""

    username = models.CharField(max_length=60, unique=True, null=True, blank=True)
    name = models.CharField(max_length=60)
    phone = EncryptedField()
    phone_index = models.BinaryField(null=True, unique=True, editable=False)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    epoch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_session_auth_hash(self) -> str:
        return self._session_hash()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return (self._session_hash(secret) for secret in settings.SECRET_KEY_FALLBACKS)

    def _session_hash(self, secret: str | bytes | None = None) -> str:
        """What each session of this person carries: another password or ``epoch`` ends them all."""
        text = f"{self.password}.{self.epoch}"
        return salted_hmac("niangjia.identity.session", text, secret=secret, algorithm="sha256").hexdigest()

    def paths(self, permission: str) -> list[str]:
        """Roots of the subtrees in which this person holds ``permission`` today; read once per object."""
        return self._grants().get(permission, [])

    def limit_to(self, permissions: list[str]) -> None:
        """Hold no more than ``permissions`` from here on, as a token does; for this object only."""
        self.__dict__["_granted"] = {name: paths for name, paths in self._grants().items() if name in permissions}

    def _grants(self) -> dict[str, list[str]]:
        """Nothing for a closed account, nor while the password is one that somebody else has told."""
        if not self.is_active or self.must_change_password:
            return {}
        if "_granted" not in self.__dict__:
            granted: dict[str, list[str]] = {}
            rows = self.assignments.current().values_list("role__permissions", "organization_path")
            for permissions, path in rows:
                for permission in permissions:
                    granted.setdefault(permission, []).append(path)
            self.__dict__["_granted"] = granted
        found: dict[str, list[str]] = self.__dict__["_granted"]
        return found

    @property
    def is_staff_member(self) -> bool:
        """Whether this person works for a union: holds any role."""
        return bool(self._grants())


class RoleQuerySet(models.QuerySet["Role"]):
    def visible_to(self, actor: "Actor") -> Self:
        """All of them for whoever looks after accounts anywhere: a role says nothing about a unit."""
        return self if access.can_anywhere(actor, VIEW) else self.none()


class Role(Row):
    """A named bundle of permissions. Roles are data; an installation may change them."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    permissions = ArrayField(models.CharField(max_length=60))

    objects = RoleQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def visible_to(self, actor: "Actor") -> Self:
        """One's own, and those of the subtrees one may look into."""
        return self.filter(access.scope(actor, VIEW) | models.Q(user_id=actor.pk))

    def current(self) -> Self:
        today = timezone.localdate()
        return self.filter(
            models.Q(valid_to=None) | models.Q(valid_to__gt=today), valid_from__lte=today, user__is_active=True
        )


class Assignment(Owned):
    """A person holds a role at an organisation, and so in everything below it, for a time."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    valid_from = models.DateField(default=timezone.localdate)
    valid_to = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "organization"],
                condition=models.Q(valid_to=None),
                name="assignment_one_open_per_user_role_and_organization",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="assignment_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"


class Throttle(models.Model):
    """How often something was tried by one phone or from one address since ``began_at``; the key is a keyed hash."""

    id = models.UUIDField(primary_key=True)
    began_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()
