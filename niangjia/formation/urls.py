from django.urls import path

from niangjia.formation.views import cases, lists, rules, units

app_name = "formation"

urlpatterns = [
    path("", lists.founding_list, name="founding-list"),
    path("foundings/new/", cases.founding_new, name="founding-new"),
    path("foundings/<uuid:pk>/", cases.founding, name="founding"),
    path("foundings/<uuid:pk>/change/", cases.founding_change, name="founding-change"),
    path("foundings/<uuid:pk>/<slug:act>/", cases.founding_act, name="founding-act"),
    path("renewals/", lists.renewal_list, name="renewal-list"),
    path("renewals/<uuid:pk>/", cases.renewal, name="renewal"),
    path("renewals/<uuid:pk>/<slug:act>/", cases.renewal_act, name="renewal-act"),
    path("terms/", lists.term_list, name="term-list"),
    path("units/<uuid:pk>/", units.unit, name="unit"),
    path("units/<uuid:pk>/<slug:act>/", units.unit_act, name="unit-act"),
    path("posts/<uuid:pk>/end/", units.post_end, name="post-end"),
    path("postponements/<uuid:pk>/", units.postponement, name="postponement"),
    path("rules/", rules.rule_list, name="rule-list"),
    path("rules/<slug:name>/", rules.rule_change, name="rule-change"),
]
