"""Fixtures for the whole suite."""

import pytest

# What these assert is explained as in a test.
pytest.register_assert_rewrite("tests.fixtures.channels_judge", "tests.fixtures.delivery_judge")

from tests.fixtures.databases import database_url, store  # noqa: E402 - whatever it imports comes after that, too

__all__ = ["database_url", "store"]
