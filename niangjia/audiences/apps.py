from django.apps import AppConfig


class AudiencesConfig(AppConfig):
    name = "niangjia.audiences"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.audiences import facts, permissions, receivers
        from niangjia.core import catalogue
        from niangjia.identity.permissions import register
        from niangjia.org.signals import unit_moved
        from niangjia.ui import navigation

        register(permissions.VIEW, _("See rules and audiences"))
        register(permissions.DEFINE, _("Write rules and draw up audiences"))
        register(permissions.FREEZE, _("Freeze an audience into a list"))
        catalogue.register(*facts.FACTS)
        navigation.register(
            area="staff",
            label=_("Audiences"),
            url_name="audiences:audience-list",
            permission=permissions.VIEW,
            order=30,
            icon="filter",
            group="people",
        )
        unit_moved.connect(receivers.follow_moved_unit, dispatch_uid="audiences")
