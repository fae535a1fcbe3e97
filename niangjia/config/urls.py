"""Every address of the site, by app."""

from django.urls import include, path

urlpatterns = [
    path("", include("niangjia.portal.urls")),
    path("", include("niangjia.identity.urls")),
    path("account/", include("niangjia.identity.library_urls")),
    path("staff/organizations/", include("niangjia.org.urls")),
    path("staff/imports/", include("niangjia.imports.urls")),
    path("staff/", include("niangjia.coverage.urls")),
    path("", include("niangjia.members.urls")),
    path("staff/audiences/", include("niangjia.audiences.urls")),
    path("jobs/", include("niangjia.jobs.urls")),
    path("files/", include("niangjia.files.urls")),
    path("staff/papers/", include("niangjia.papers.urls")),
    path("", include("niangjia.notices.urls")),
    path("", include("niangjia.vouchers.urls")),
    path("", include("niangjia.bookings.urls")),
    path("", include("niangjia.benefits.urls")),
    path("staff/formation/", include("niangjia.formation.urls")),
    path("", include("niangjia.insights.urls")),
    path("", include("niangjia.api.urls")),
    path("", include("niangjia.ops.urls")),
    path("", include("niangjia.ui.urls")),
]

handler400 = "niangjia.ui.views.bad_request"
handler403 = "niangjia.ui.views.forbidden"
handler404 = "niangjia.ui.views.not_found"
handler500 = "niangjia.ui.views.server_error"
