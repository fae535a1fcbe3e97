from django.apps import AppConfig


class CoverageConfig(AppConfig):
    name = "niangjia.coverage"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.coverage import permissions
        from niangjia.identity.permissions import register

        register(permissions.VIEW, _("See employers"))
        register(permissions.MANAGE, _("Enter and change employers"))
