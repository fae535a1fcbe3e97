from django.urls import path

from niangjia.vouchers.views import cards, counter, points

app_name = "vouchers"

urlpatterns = [
    path("vouchers/<uuid:pk>/", cards.voucher, name="voucher"),
    path("helper/", counter.counter, name="counter"),
    path("helper/<uuid:pk>/", counter.hand_over, name="hand-over"),
    path("helper/<uuid:pk>/undo/", counter.undo, name="undo"),
    path("staff/points/", points.point_list, name="point-list"),
    path("staff/points/new/", points.point_new, name="point-new"),
    path("staff/points/<uuid:pk>/", points.point, name="point"),
]
