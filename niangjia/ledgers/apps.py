from django.apps import AppConfig


class LedgersConfig(AppConfig):
    name = "niangjia.ledgers"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.identity.permissions import register
        from niangjia.ledgers import checks, permissions, queries, views
        from niangjia.ui import sections

        register(permissions.VIEW, _("See the stock"))
        register(permissions.MANAGE, _("Buy, allot, correct and return stock"))
        checks.register("ledgers.accounts", queries.overdrawn)
        sections.register(home="alarm", template="ledgers/alarm.html", fill=views.alarm)
