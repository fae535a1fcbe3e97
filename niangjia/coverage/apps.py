from django.apps import AppConfig


class CoverageConfig(AppConfig):
    name = "niangjia.coverage"

    def ready(self) -> None:
        from django.utils import timezone
        from django.utils.translation import gettext_lazy as _

        from niangjia.coverage import permissions, queries, receivers
        from niangjia.identity.permissions import register
        from niangjia.org import holds
        from niangjia.ui import inbox, navigation

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
        navigation.register(
            area="staff",
            label=_("Work list"),
            url_name="coverage:task-list",
            permission=permissions.VIEW,
            order=26,
            icon="clipboard-list",
            group="people",
        )
        inbox.register(lambda actor: queries.due(actor, timezone.localdate()))
        holds.register("coverage", queries.held_by)
        receivers.listen()
