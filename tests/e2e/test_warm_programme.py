"""The main job from end to end: an officer's roster, a programme, members on their phones, helpers, and the report.

One story with one cast, in a real browser against the real site; its chapters are functions. Whatever its people do,
they do on pages; moments are waited for. The numbers at its end are compared with each other: database, ledger,
screen, Word, Excel, and what the public reads.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from niangjia.identity.models import User
from niangjia.identity.permissions import registered
from niangjia.identity.tests.factories import holder
from niangjia.members.services.occupations import ensure_occupations
from niangjia.org.tests.factories import Tree, make_tree
from tests.e2e.chapters import booking, handing, importing, planning, reporting
from tests.e2e.story import HELPER, OFFICER, PASSWORD, Story
from tests.e2e.visitors import DESK, State, Visitor, all_faults


def test_from_import_to_report(story: Story) -> None:
    importing.the_officer_logs_in(story)
    importing.the_place_of_collection_is_added(story)
    importing.the_roster_is_imported(story)
    importing.the_same_file_changes_nothing(story)
    planning.the_programme_is_planned(story)
    planning.the_rule_is_written_and_the_list_frozen(story)
    planning.the_goods_arrive(story)
    handing.the_helper_comes(story)
    booking.the_members_come_by_phone(story)

    planning.the_times_are_set_and_the_notice_is_published(story)
    booking.a_member_comes_too_early(story)
    planning.booking_opens(story)
    booking.a_member_books(story)
    booking.another_member_reads_why_not(story)
    booking.a_third_books_and_cancels(story)
    booking.somebody_books_without_scripts(story)
    handing.the_officer_books_for_somebody_without_a_phone(story)
    handing.the_helper_hands_over_once(story)
    reporting.the_officer_watches(story)
    reporting.it_cannot_be_closed_while_somebody_may_still_collect(story)

    planning.booking_closes(story)
    booking.it_is_too_late_for_members(story)
    handing.the_packs_are_split_and_handed_out(story)
    booking.the_members_have_letters(story)
    planning.collection_ends(story)
    reporting.the_programme_is_closed_and_reported(story)
    reporting.all_numbers_agree(story)


@pytest.fixture
def visitor(site: str, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Somebody who comes to the site with a device of their own. Nobody may have met a fault when all have gone."""
    came: list[Visitor] = []
    seen: set[State] = set()

    def comes(who: str, size: Any = DESK, **options: Any) -> Visitor:
        came.append(Visitor(browser, site, who, size, seen=seen, **options))
        return came[-1]

    yield comes
    for one in came:
        sys.stdout.write(one.last_words())  # shown only if the test has failed
        one.context.close()
    if faults := all_faults(came):
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.fixture
def story(site: str, worker: None, tmp_path: Path, visitor: Callable[..., Visitor]) -> Story:
    """The house as it is found by the first officer: unions, occupations, and two people who work for one of them."""
    del site, worker
    tree = make_tree()
    ensure_occupations(actor=None)
    everything = [permission for permission in registered if permission != "identity.manage_roles"]
    works_here("周敏", OFFICER, *everything, tree=tree)
    works_here("发放员小李", HELPER, "vouchers.redeem", "vouchers.view", tree=tree)
    return Story(tree, tmp_path, visitor, visitor("officer"))


def works_here(name: str, username: str, *permissions: str, tree: Tree) -> None:
    user = holder(*permissions, at=tree.unit, name=name, password=PASSWORD)
    User.objects.filter(pk=user.pk).update(username=username)
