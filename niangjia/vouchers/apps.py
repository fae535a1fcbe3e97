from django.apps import AppConfig


class VouchersConfig(AppConfig):
    name = "niangjia.vouchers"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.identity.permissions import register
        from niangjia.ui import navigation
        from niangjia.vouchers import permissions

        register(permissions.VIEW, _("See vouchers and hand-overs"))
        register(permissions.REDEEM, _("Hand out gifts against vouchers"))
        register(permissions.MANAGE, _("Change service points, undo old hand-overs"))
        navigation.register(
            area="staff",
            label=_("Hand out"),
            url_name="vouchers:counter",
            permission=permissions.REDEEM,
            order=30,
            icon="scan-line",
        )
        navigation.register(
            area="staff",
            label=_("Service points"),
            url_name="vouchers:point-list",
            permission=permissions.MANAGE,
            order=65,
            icon="map-pin",
        )
