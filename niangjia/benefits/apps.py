from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    name = "niangjia.benefits"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from niangjia.benefits import checks, facts, papers, permissions
        from niangjia.core import catalogue
        from niangjia.identity.permissions import register
        from niangjia.ledgers import checks as stock
        from niangjia.papers import kinds

        register(permissions.VIEW, _("See programmes"))
        register(permissions.PLAN, _("Plan programmes"))
        register(permissions.PUBLISH, _("Publish and close programmes"))
        register(permissions.HAND_OUT, _("Make lists and hand out offline"))
        register(permissions.REPORT, _("Make reports of programmes"))
        catalogue.register(*facts.FACTS)
        stock.register("benefits.handouts", checks.differences)
        for kind in papers.KINDS:
            kinds.register(kind)
