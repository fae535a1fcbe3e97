from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "niangjia.files"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.files import permissions
        from niangjia.identity.permissions import register

        register(permissions.VIEW, _("Open stored files"))
        register(permissions.MANAGE, _("Remove stored files"))
