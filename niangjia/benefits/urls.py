from django.urls import path

from niangjia.benefits.views import desk, groups, limits, listing, members, programmes, public, rehearsal, running

app_name = "benefits"

STAFF = "staff/programmes/"
ONE = f"{STAFF}<uuid:pk>/"
GROUP = f"{ONE}groups/<uuid:split>/"

urlpatterns = [
    path(STAFF, programmes.programme_list, name="programme-list"),
    path(f"{STAFF}new/", programmes.programme_new, name="new"),
    path(f"{STAFF}limits/", limits.limits, name="limits"),
    path(f"{STAFF}limits/<uuid:pk>/end/", limits.limit_end, name="limit-end"),
    path(ONE, programmes.programme, name="programme"),
    path(f"{ONE}plan/", programmes.plan, name="plan"),
    path(f"{ONE}basics/", programmes.basics, name="basics"),
    path(f"{ONE}gifts/", programmes.gifts, name="gifts"),
    path(f"{ONE}gifts/new/", programmes.gift_new, name="gift-new"),
    path(f"{ONE}gifts/<uuid:gift>/", programmes.gift_change, name="gift-change"),
    path(f"{ONE}gifts/<uuid:gift>/remove/", programmes.gift_remove, name="gift-remove"),
    path(f"{ONE}times/", programmes.times, name="times"),
    path(f"{ONE}eligibility/", programmes.eligibility, name="eligibility"),
    path(f"{ONE}goods/", programmes.goods, name="goods"),
    path(f"{ONE}goods/<uuid:gift>/", programmes.goods_receive, name="goods-receive"),
    path(f"{ONE}publish/", running.publish, name="publish"),
    path(f"{ONE}abandon/", running.abandon, name="abandon"),
    path(f"{ONE}rehearsal/", rehearsal.rehearsal, name="rehearsal"),
    path(f"{ONE}live/", running.live, name="live"),
    path(f"{ONE}close/", running.close, name="close"),
    path(f"{ONE}report/", running.report_page, name="report"),
    path(f"{ONE}report/file/", running.report_file, name="report-file"),
    path(f"{ONE}poster/", running.poster, name="poster"),
    path(f"{ONE}groups/", groups.group_list, name="groups"),
    path(f"{ONE}groups/new/", groups.group_new, name="group-new"),
    path(GROUP, groups.group, name="group"),
    path(f"{GROUP}change/", groups.group_change, name="group-change"),
    path(f"{GROUP}remove/", groups.group_remove, name="group-remove"),
    path(f"{GROUP}fill/", groups.group_fill, name="group-fill"),
    path(f"{GROUP}people/", listing.group_people, name="group-people"),
    path(f"{GROUP}people/<uuid:member>/", listing.group_person, name="group-person"),
    path(f"{GROUP}sheet/", groups.group_sheet, name="group-sheet"),
    path(f"{GROUP}record/", groups.group_record, name="group-record"),
    path(f"{ONE}handouts/<uuid:handout>/", groups.handout, name="handout"),
    path(f"{ONE}handouts/<uuid:handout>/undo/", groups.handout_undo, name="handout-undo"),
    path(f"{ONE}desk/", desk.desk, name="desk"),
    path(f"{ONE}desk/<uuid:member>/", desk.desk_person, name="desk-person"),
    path("programmes/<uuid:pk>/", members.programme, name="member-programme"),
    path("programmes/<uuid:pk>/booked/", members.booked, name="booked"),
    path("programmes/<uuid:pk>/cancel/", members.cancel, name="member-cancel"),
    path("p/", public.programme_list, name="public-list"),
    path("p/<uuid:pk>/", public.programme, name="public"),
    path("p/<uuid:pk>/result/", public.result, name="result"),
    path("p/<uuid:pk>/poster/", public.poster, name="public-poster"),
]
