from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "niangjia.insights"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.identity.permissions import register
        from niangjia.insights import permissions, programmes, sections
        from niangjia.ui import navigation
        from niangjia.ui import sections as home

        register(permissions.VIEW, _("See figures and the names behind them"))
        register(permissions.DEFINE, _("Define figures and make them public"))
        programmes.register_all()
        home.register(home="public", template="insights/public_section.html", fill=sections.public_figures, order=40)
        navigation.register(
            area="staff",
            label=_("Figures"),
            url_name="insights:figure-list",
            permission=permissions.VIEW,
            order=70,
            icon="chart-column",
        )
