from django.apps import AppConfig


class AudiencesConfig(AppConfig):
    name = "niangjia.audiences"
