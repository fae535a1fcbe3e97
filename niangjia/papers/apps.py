from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "niangjia.papers"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.identity.permissions import register
        from niangjia.papers import permissions
        from niangjia.ui import navigation

        register(permissions.VIEW, _("See and download official papers"))
        register(permissions.CHANGE, _("Change the wording of official papers and number them"))
        navigation.register(
            area="staff",
            label=_("Papers"),
            url_name="papers:paper-list",
            permission=permissions.VIEW,
            order=70,
            icon="file-text",
            group="house",
        )
