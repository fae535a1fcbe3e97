from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "niangjia.portal"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.audit import permissions, words
        from niangjia.portal.actions import WORDS
        from niangjia.ui import navigation

        words.register(WORDS)
        navigation.register(area="staff", label=_("What waits for me"), url_name="portal:staff", order=0, icon="inbox")
        navigation.register(area="member", label=_("Home"), url_name="portal:member", order=0, icon="house")
        navigation.register(
            area="member",
            label=_("Help and letters to the union"),
            url_name="portal:help",
            order=90,
            icon="circle-help",
        )
        navigation.register(
            area="staff",
            label=_("History"),
            url_name="portal:history",
            permission=permissions.VIEW,
            order=80,
            icon="history",
            group="house",
        )
