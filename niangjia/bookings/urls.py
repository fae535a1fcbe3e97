from django.urls import path

from niangjia.bookings.views import draw_desk, draws, mine

app_name = "bookings"

urlpatterns = [
    path("me/bookings/", mine.mine, name="mine"),
    path("p/<uuid:pk>/draw/", draws.draw, name="draw"),
    path("p/<uuid:pk>/draw/list.json", draws.draw_list, name="draw-list"),
    path("p/<uuid:pk>/draw/result.json", draws.draw_result, name="draw-result"),
    path("p/<uuid:pk>/draw/check/", draws.draw_check, name="draw-check"),
    path("staff/draws/<uuid:pk>/", draw_desk.desk, name="draw-desk"),
    path("staff/draws/<uuid:pk>/value/", draw_desk.value, name="draw-value"),
    path("staff/draws/<uuid:pk>/run/", draw_desk.run, name="draw-run"),
]
