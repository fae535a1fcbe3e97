from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "niangjia.api"

    def ready(self) -> None:
        from niangjia.api.permissions import CONNECT
        from niangjia.identity.permissions import register
        from niangjia.ui import navigation

        navigation.register(
            area="staff",
            label=_("Connected programs"),
            url_name="tokens:token-list",
            permission=CONNECT,
            order=90,
            icon="link",
            group="house",
        )
        register(CONNECT, _("Connect programs with a token"))
