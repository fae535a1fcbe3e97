from django.apps import AppConfig


class FormationConfig(AppConfig):
    name = "niangjia.formation"

    def ready(self) -> None:
        from niangjia.formation import papers, queries
        from niangjia.org import holds
        from niangjia.papers import kinds

        self.name_permissions()
        self.bring_pages()
        holds.register("formation", queries.under_way_at)
        for kind in papers.KINDS:
            kinds.register(kind)

    def name_permissions(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.formation import permissions
        from niangjia.identity.permissions import register

        register(permissions.VIEW, _("See foundings, terms and re-elections"))
        register(permissions.MANAGE, _("Keep foundings, terms and re-elections"))
        register(permissions.APPROVE, _("Decide on foundings and re-elections of the unions below"))

    def bring_pages(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.formation import permissions
        from niangjia.formation.views import homes
        from niangjia.ui import inbox, navigation, sections

        navigation.register(
            area="staff",
            label=_("Founding and re-election"),
            url_name="formation:founding-list",
            permission=permissions.VIEW,
            order=26,
            icon="clipboard-list",
            group="people",
        )
        sections.register(home="unit", template="formation/section_unit.html", fill=homes.of_unit, order=30)
        sections.register(home="staff", template="formation/section_staff.html", fill=homes.for_staff, order=40)
        inbox.register(homes.waiting)
