from django.apps import AppConfig


class CoverageConfig(AppConfig):
    name = "niangjia.coverage"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.coverage import permissions, queries, receivers
        from niangjia.identity.permissions import register
        from niangjia.org import holds
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
        navigation.register(
            area="staff",
            label=_("Workplaces"),
            url_name="coverage:workplace-list",
            permission=permissions.VIEW,
            order=25,
            icon="map-pin",
            group="people",
        )
        holds.register("coverage", queries.held_by)
        receivers.listen()
