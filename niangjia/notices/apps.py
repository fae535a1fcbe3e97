from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "niangjia.notices"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.identity.permissions import register
        from niangjia.notices import permissions, queries
        from niangjia.ui import inbox, navigation

        register(permissions.VIEW, _("See drafts of notices"))
        register(permissions.MANAGE, _("Write and publish notices"))
        register(permissions.ANSWER, _("Answer complaints and suggestions"))
        inbox.register(queries.feedback_waiting)
        navigation.register(
            area="member",
            label=_("Messages"),
            url_name="notices:message-list",
            order=20,
            icon="mail",
            count=lambda request: queries.unread_count(request.user),
        )
        navigation.register(
            area="staff",
            label=_("Messages"),
            url_name="notices:message-list",
            order=90,
            icon="mail",
            group="house",
            count=lambda request: queries.unread_count(request.user),
        )
        navigation.register(
            area="staff",
            label=_("Public notices"),
            url_name="notices:notice-list",
            permission=permissions.VIEW,
            order=60,
            icon="megaphone",
        )
        navigation.register(
            area="staff",
            label=_("Complaints and suggestions"),
            url_name="notices:feedback-list",
            permission=permissions.ANSWER,
            order=70,
            icon="inbox",
            count=lambda request: queries.open_feedback_count(request.user),
        )
