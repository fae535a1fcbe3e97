import pytest

pytest.register_assert_rewrite("tests.e2e.chapters", "tests.e2e.story", "tests.e2e.visitors")
