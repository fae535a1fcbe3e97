from django.urls import path

from niangjia.bookings import views

app_name = "bookings"

urlpatterns = [
    path("me/bookings/", views.mine, name="mine"),
]
