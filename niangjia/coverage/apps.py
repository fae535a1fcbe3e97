from django.apps import AppConfig


class CoverageConfig(AppConfig):
    name = "niangjia.coverage"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.coverage import permissions, receivers
        from niangjia.identity.permissions import register
        from niangjia.ui import navigation

        register(permissions.VIEW, _("See employers"))
        register(permissions.MANAGE, _("Enter and change employers"))
        navigation.register(
            area="staff",
            label=_("Employers"),
            url_name="coverage:employer-list",
            permission=permissions.VIEW,
            order=24,
            icon="building-2",
            group="people",
        )
        receivers.listen()
