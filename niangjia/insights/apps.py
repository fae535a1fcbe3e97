from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "niangjia.insights"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.coverage import worklist
        from niangjia.identity.permissions import register
        from niangjia.insights import permissions, programmes, rated, sections
        from niangjia.insights.queries import cockpit, periods
        from niangjia.ui import inbox, navigation
        from niangjia.ui import sections as home

        register(permissions.VIEW, _("See figures and the names behind them"))
        register(permissions.DEFINE, _("Define figures and make them public"))
        register(permissions.REPORT, _("Set targets, and report figures of a day"))
        register(permissions.APPROVE, _("Approve and lock what units below report"))
        programmes.register_all()
        rated.register_all()
        inbox.register(periods.waiting)
        worklist.register_purposes(cockpit.purposes)
        home.register(home="public", template="insights/public_section.html", fill=sections.public_figures, order=40)
        navigation.register(
            area="staff",
            label=_("Figures"),
            url_name="insights:figure-list",
            permission=permissions.VIEW,
            order=70,
            icon="chart-column",
        )
        navigation.register(
            area="staff",
            label=_("Cockpit"),
            url_name="insights:cockpit-home",
            permission=permissions.VIEW,
            order=66,
            icon="network",
        )
        navigation.register(
            area="staff",
            label=_("Reports of figures"),
            url_name="insights:period-list",
            permission=permissions.VIEW,
            order=67,
            icon="lock",
        )
        navigation.register(
            area="staff",
            label=_("Indicators"),
            url_name="insights:indicator-list",
            permission=permissions.VIEW,
            order=68,
            icon="book-open",
        )
