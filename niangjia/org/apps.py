from django.apps import AppConfig


class OrgConfig(AppConfig):
    name = "niangjia.org"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.org.permissions import VIEW
        from niangjia.ui import navigation

        navigation.register(
            area="staff",
            label=_("Organisations"),
            url_name="org:unit-list",
            permission=VIEW,
            order=50,
            icon="network",
            group="people",
        )
