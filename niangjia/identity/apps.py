from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "niangjia.identity"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.audit import permissions as audit
        from niangjia.identity import officers, permissions, queries
        from niangjia.identity.permissions import register
        from niangjia.org import permissions as org
        from niangjia.ui import navigation, sections

        register(audit.VIEW, _("Read the history"))
        register(org.VIEW, _("See organisations"))
        register(org.MANAGE, _("Change organisations"))

        sections.register(home="unit", template="identity/unit_officers.html", fill=officers.of_unit, order=10)
        navigation.register_scope(lambda request: queries.workplace(request.user))
        navigation.register(
            area="staff",
            label=_("Accounts"),
            url_name="identity:person-list",
            permission=permissions.VIEW,
            order=70,
            icon="users",
            group="house",
        )
        areas: tuple[navigation.Area, ...] = ("staff", "member")
        for area in areas:
            navigation.register(
                area=area,
                label=_("Security of my account"),
                url_name="mfa_index",
                order=95,
                icon="shield-check",
                group="house",
            )
