"""How often a thing may be tried: counted in the database, so that all processes count together."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from niangjia.core.crypto import blind_index
from niangjia.core.errors import DomainError
from niangjia.identity.models import Throttle

COUNT = """
INSERT INTO identity_throttle AS t (id, began_at, count) VALUES (%(id)s, %(at)s, 1)
ON CONFLICT (id) DO UPDATE SET
    count = CASE WHEN t.began_at <= %(since)s THEN 1 ELSE t.count + 1 END,
    began_at = CASE WHEN t.began_at <= %(since)s THEN excluded.began_at ELSE t.began_at END
RETURNING count, began_at
"""
LONGEST = timedelta(days=1)


class TooOften(DomainError):
    """It was tried too often; ``context["retry_after"]`` is how many seconds to wait."""

    code = "too-often"
    status = 429


@dataclass(frozen=True)
class Limit:
    """So many tries of ``name`` within ``window`` for one key."""

    name: str
    tries: int
    window: timedelta

    def take(self, key: str, *, at: datetime) -> None:
        """Count one try, or raise ``TooOften``. Never inside a transaction, whose failure would forget the try."""
        with connection.cursor() as cursor:
            cursor.execute(COUNT, {"id": self._row(key), "at": at, "since": at - self.window})
            count, began_at = cursor.fetchone()
        if count > self.tries:
            raise self._refusal(began_at + self.window, at)

    def clear(self, key: str) -> None:
        Throttle.objects.filter(pk=self._row(key)).delete()

    def _row(self, key: str) -> UUID:
        return UUID(bytes=blind_index("identity.throttle", f"{self.name}:{key}"))

    def _refusal(self, free_at: datetime, at: datetime) -> TooOften:
        local = timezone.localtime(free_at + timedelta(seconds=59))  # the next full minute
        same_day = local.date() == timezone.localdate(at)
        shown = date_format(local, "TIME_FORMAT" if same_day else "SHORT_DATETIME_FORMAT")
        return TooOften(
            _("This was tried too often in a short time."),
            remedy=_("Please try again after %(time)s.") % {"time": shown},
            context={"retry_after": max(1, int((free_at - at).total_seconds()) + 1)},
        )


def forget_old(*, at: datetime) -> int:
    """Delete what no limit looks at any more."""
    deleted, _rows = Throttle.objects.filter(began_at__lt=at - LONGEST).delete()
    return deleted
