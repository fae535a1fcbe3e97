from django.apps import AppConfig


class VouchersConfig(AppConfig):
    name = "niangjia.vouchers"
