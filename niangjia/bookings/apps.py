from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "niangjia.bookings"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.bookings import permissions, published, queries, receivers
        from niangjia.bookings.views import mine
        from niangjia.identity.permissions import register
        from niangjia.ledgers import checks
        from niangjia.ui import inbox, navigation, sections
        from niangjia.vouchers import sources

        register(permissions.VIEW, _("See bookings"))
        register(permissions.MANAGE, _("Offer gifts for booking, cancel bookings"))
        register(permissions.ASSIST, _("Book for a person without a phone"))
        checks.register("bookings.offers", queries.differences)
        checks.register_reservation(queries.spoken_for)
        sources.register(queries.SOURCE, queries.entitlement)
        receivers.listen()
        inbox.register(published.waiting)
        navigation.register(area="member", label=_("My bookings"), url_name="bookings:mine", order=15, icon="ticket")
        sections.register(home="member", template="bookings/section_member.html", fill=mine.for_member, order=5)
