"""A shelf of entitlements under the unit of the tests' tree."""

import pytest

from niangjia.org.tests.factories import Tree, make_tree
from niangjia.vouchers import sources
from niangjia.vouchers.tests.factories import KIND, Shelf


@pytest.fixture
def tree(db: None) -> Tree:
    del db
    return make_tree()


@pytest.fixture
def shelf(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    made = Shelf(tree.unit)
    monkeypatch.setattr(sources, "registered", {KIND: made.resolve})
    return made
