import pytest
from hypothesis import given

from bot import blocks
from bot.alerts import runbook
from bot.statuses import MEANINGS
from handlers.modals import result_view
from tests.fixtures.shown import shown
from tests.unit.hostile import TEXT, message_problems, view_problems


@given(TEXT)
def test_any_status_has_a_runbook_that_can_be_shown(status: str) -> None:
    book = runbook.runbook(status)

    assert message_problems(book, blocks.escape(runbook.sentence(status))) == []
    assert view_problems(result_view("A card", book, "C012ABC")) == []


def test_every_status_that_has_a_meaning_has_a_runbook() -> None:
    assert set(runbook.RUNBOOKS) == set(MEANINGS)


@pytest.mark.parametrize("status", [*MEANINGS, "HALF_APPROVED"])
def test_a_runbook_says_what_is_blocked_why_what_to_prepare_and_where_to_appeal(status: str) -> None:
    said = shown(runbook.runbook(status))

    assert [part for part in (status, "Blocked:", "Why:", "Prepare:", "Appeal:", "https://") if part not in said] == []


@pytest.mark.parametrize("status", ["REJECTED", "DISABLED"])
def test_who_has_to_appeal_is_told_where(status: str) -> None:
    assert "https://business.facebook.com/business-support-home" in shown(runbook.runbook(status))


def test_who_is_given_days_to_appeal_is_told_who_says_so() -> None:
    timed = [status for status in runbook.RUNBOOKS if "90 days" in shown(runbook.runbook(status))]

    assert timed == ["DISABLED"]
    assert runbook.DEADLINE in shown(runbook.runbook("DISABLED"))
