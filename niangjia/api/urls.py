from django.urls import path

from niangjia.api.site import api

app_name = "api"

urlpatterns = [
    path("v1/", api.urls),
]
