from django.urls import path

from niangjia.portal.views import history, homes

app_name = "portal"

urlpatterns = [
    path("", homes.public_home, name="public"),
    path("home/", homes.home, name="home"),
    path("me/", homes.member_home, name="member"),
    path("staff/", homes.staff_home, name="staff"),
    path("staff/history/", history.history, name="history"),
    path("help/", homes.help_page, name="help"),
    path("privacy/", homes.privacy, name="privacy"),
    path("accessibility/", homes.accessibility, name="accessibility"),
]
