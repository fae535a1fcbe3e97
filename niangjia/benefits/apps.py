from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    name = "niangjia.benefits"

    def ready(self) -> None:
        from niangjia.benefits import checks, facts, papers
        from niangjia.benefits.queries import planning
        from niangjia.bookings import objections
        from niangjia.core import catalogue
        from niangjia.ledgers import checks as stock
        from niangjia.org import holds
        from niangjia.papers import kinds

        self.name_permissions()
        self.bring_pages()
        catalogue.register(*facts.FACTS)
        stock.register("benefits.handouts", checks.differences)
        holds.register("benefits", planning.carried_out_by)
        objections.register("benefits.handouts", checks.served_offline)
        for kind in papers.KINDS:
            kinds.register(kind)

    def name_permissions(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.benefits import permissions
        from niangjia.identity.permissions import register

        register(permissions.VIEW, _("See programmes"))
        register(permissions.PLAN, _("Plan programmes"))
        register(permissions.PUBLISH, _("Publish and close programmes"))
        register(permissions.HAND_OUT, _("Make lists and hand out offline"))
        register(permissions.REPORT, _("Make reports of programmes"))

    def bring_pages(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.benefits import permissions
        from niangjia.benefits.views import homes
        from niangjia.ui import inbox, navigation, sections

        navigation.register(
            area="staff",
            label=_("Programmes"),
            url_name="benefits:programme-list",
            permission=permissions.VIEW,
            order=10,
            icon="gift",
            also=("/staff/draws/",),
        )
        sections.register(home="member", template="benefits/section_member.html", fill=homes.for_member, order=10)
        sections.register(home="public", template="benefits/section_public.html", fill=homes.for_public, order=10)
        sections.register(home="staff", template="benefits/section_staff.html", fill=homes.for_staff, order=10)
        inbox.register(homes.waiting)
