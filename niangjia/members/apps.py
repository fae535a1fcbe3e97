from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "niangjia.members"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.core import catalogue
        from niangjia.identity import claims
        from niangjia.identity.permissions import register
        from niangjia.imports import registry
        from niangjia.members import facts, permissions, queries, services
        from niangjia.members.roster import Roster
        from niangjia.members.views import units
        from niangjia.org import holds
        from niangjia.ui import inbox, navigation, sections

        register(permissions.VIEW, _("See members"))
        register(permissions.IMPORT, _("Import rosters"))
        register(permissions.CHANGE, _("Enter, change and transfer members"))
        register(permissions.REVEAL, _("See ID numbers and phones in full"))
        register(permissions.EXPORT, _("Export lists of members"))
        claims.register(services.claim_account)
        catalogue.register(*facts.FACTS)
        registry.register(Roster())
        inbox.register(queries.corrections_waiting)
        holds.register("members", queries.belonging)
        sections.register(home="unit", template="members/section_unit.html", fill=units.of_unit, order=5)
        navigation.register(
            area="staff",
            label=_("Members"),
            url_name="members:member-list",
            permission=permissions.VIEW,
            order=20,
            icon="users",
            group="people",
        )
        navigation.register(
            area="staff",
            label=_("Imports"),
            url_name="imports:batch-list",
            permission=permissions.IMPORT,
            order=22,
            icon="upload",
            group="people",
        )
        navigation.register(area="member", label=_("My data"), url_name="members:own", order=60, icon="user-round")
