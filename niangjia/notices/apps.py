from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "niangjia.notices"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.identity.permissions import register
        from niangjia.notices import permissions

        register(permissions.VIEW, _("See drafts of notices"))
        register(permissions.MANAGE, _("Write and publish notices"))
