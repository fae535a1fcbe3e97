from django.conf import settings
from django.urls import path

from niangjia.ui import views

app_name = "ui"

urlpatterns = [path("display/", views.display, name="display")]

if settings.DEBUG or settings.DEMO:
    from niangjia.ui import styleguide

    urlpatterns += [
        path("styleguide/", styleguide.public, name="styleguide"),
        path("styleguide/staff/", styleguide.staff, name="styleguide-staff"),
        path("styleguide/member/", styleguide.member, name="styleguide-member"),
    ]
