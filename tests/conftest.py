"""Fixtures for the whole suite."""

from tests.fixtures.databases import database_url, store

__all__ = ["database_url", "store"]
