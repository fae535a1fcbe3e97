from django.apps import AppConfig


class VouchersConfig(AppConfig):
    name = "niangjia.vouchers"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.identity.permissions import register
        from niangjia.vouchers import permissions

        register(permissions.VIEW, _("See vouchers and hand-overs"))
        register(permissions.REDEEM, _("Hand out gifts against vouchers"))
        register(permissions.MANAGE, _("Change places of collection, undo old hand-overs"))
