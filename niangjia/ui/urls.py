from django.urls import path

from niangjia.ui import styleguide, views

app_name = "ui"

urlpatterns = [
    path("display/", views.display, name="display"),
    path("styleguide/", styleguide.public, name="styleguide"),
    path("styleguide/staff/", styleguide.staff, name="styleguide-staff"),
    path("styleguide/confirm/", styleguide.grave, name="styleguide-confirm"),
    path("styleguide/refusal/", styleguide.refused, name="styleguide-refusal"),
    path("styleguide/member/", styleguide.member, name="styleguide-member"),
]
