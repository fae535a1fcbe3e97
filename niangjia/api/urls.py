from django.urls import path

from niangjia.api.site import api

urlpatterns = [
    path("v1/", api.urls),
]
