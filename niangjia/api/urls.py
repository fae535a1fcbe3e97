from django.urls import include, path

from niangjia.api import views
from niangjia.api.site import api

tokens = [
    path("", views.token_list, name="token-list"),
    path("new/", views.token_create, name="token-create"),
    path("<uuid:token_id>/revoke/", views.token_revoke, name="token-revoke"),
]

urlpatterns = [
    path("api/v1/", api.urls),
    path("staff/tokens/", include((tokens, "tokens"))),
]
