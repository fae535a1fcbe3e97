from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "niangjia.api"

    def ready(self) -> None:
        from niangjia.api.permissions import CONNECT
        from niangjia.identity.permissions import register

        register(CONNECT, _("Connect programs with a token"))
