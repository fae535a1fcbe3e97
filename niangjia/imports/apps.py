from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "niangjia.imports"

    def ready(self) -> None:
        from niangjia.imports import queries
        from niangjia.ui import inbox

        inbox.register(queries.waiting)
