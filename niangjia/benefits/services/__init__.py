"""Every write about programmes: planning, publishing, handing out, acting for somebody, closing, reporting."""

from niangjia.benefits.services.allocating import ShareKind, ShareTemplate, kinds, plan_allocation, save_share_rule
from niangjia.benefits.services.assisting import book_for, hand_out_now
from niangjia.benefits.services.closing import (
    DoesNotAgree,
    StillWaiting,
    close_programme,
    file_report,
    report_programme,
)
from niangjia.benefits.services.handing import (
    AlreadyServed,
    NotOnTheList,
    fill_list,
    print_sheet,
    put_on_list,
    record_handout,
    record_sheet,
    require_listable,
    take_off_list,
    undo_handout,
)
from niangjia.benefits.services.limits import end_limit, set_limit
from niangjia.benefits.services.planning import (
    GiftPlan,
    add_gift,
    change_gift,
    change_programme,
    choose_audience,
    choose_points,
    create_programme,
    receive_goods,
    remove_gift,
    set_times,
)
from niangjia.benefits.services.publishing import (
    NotReady,
    abandon_programme,
    open_due,
    publish_programme,
)
from niangjia.benefits.services.rehearsing import plan_of, rehearse_opening
from niangjia.benefits.services.splitting import SplitPlan, add_split, audience_for_group, change_split, remove_split
from niangjia.benefits.services.telling import cancel_own, remind_collectors, tell_booked
from niangjia.benefits.services.waiting import accept_gift, join_line

__all__ = [
    "AlreadyServed",
    "DoesNotAgree",
    "GiftPlan",
    "NotOnTheList",
    "NotReady",
    "ShareKind",
    "ShareTemplate",
    "SplitPlan",
    "StillWaiting",
    "abandon_programme",
    "accept_gift",
    "add_gift",
    "add_split",
    "audience_for_group",
    "book_for",
    "cancel_own",
    "change_gift",
    "change_programme",
    "change_split",
    "choose_audience",
    "choose_points",
    "close_programme",
    "create_programme",
    "end_limit",
    "file_report",
    "fill_list",
    "hand_out_now",
    "join_line",
    "kinds",
    "open_due",
    "plan_allocation",
    "plan_of",
    "print_sheet",
    "publish_programme",
    "put_on_list",
    "receive_goods",
    "record_handout",
    "record_sheet",
    "rehearse_opening",
    "remind_collectors",
    "remove_gift",
    "remove_split",
    "report_programme",
    "require_listable",
    "save_share_rule",
    "set_limit",
    "set_times",
    "take_off_list",
    "tell_booked",
    "undo_handout",
]
