from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "niangjia.members"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.core import catalogue
        from niangjia.identity import claims
        from niangjia.identity.permissions import register
        from niangjia.imports import registry
        from niangjia.members import facts, permissions, services
        from niangjia.members.roster import Roster

        register(permissions.VIEW, _("See members"))
        register(permissions.IMPORT, _("Import rosters"))
        register(permissions.CHANGE, _("Enter, change and transfer members"))
        register(permissions.REVEAL, _("See ID numbers and phones in full"))
        register(permissions.EXPORT, _("Export lists of members"))
        claims.register(services.claim_account)
        catalogue.register(*facts.FACTS)
        registry.register(Roster())
