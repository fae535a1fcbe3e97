from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "niangjia.identity"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.audit import permissions as audit
        from niangjia.identity.permissions import register
        from niangjia.org import permissions as org

        register(audit.VIEW, _("Read the history"))
        register(org.VIEW, _("See organisations"))
        register(org.MANAGE, _("Change organisations"))
