import pytest

from sandbox.slack.model import utc_now
from sandbox.slack.notices import Notices
from sandbox.slack.timeline import Timeline


@pytest.fixture
def timeline() -> Timeline:
    return Timeline(utc_now, Notices())


def test_a_channel_has_its_own_messages_in_their_order(timeline: Timeline) -> None:
    first = timeline.post("C1", "U1", "first")
    timeline.post("C2", "U1", "elsewhere")
    second = timeline.post("C1", "U1", "second")
    changed = timeline.change(first, text="changed")

    assert timeline.in_channel("C1") == [changed, second]


def test_a_removed_message_is_in_no_list(timeline: Timeline) -> None:
    timeline.remove(timeline.post("C1", "U1", "going"))

    assert (timeline.in_channel("C1"), timeline.all()) == ([], [])


def test_replies_are_counted_until_they_are_removed(timeline: Timeline) -> None:
    first = timeline.post("C1", "U1", "first")
    reply = timeline.post("C1", "U2", "reply", thread_ts=first.ts)
    timeline.post("C1", "U2", "another", thread_ts=first.ts)
    timeline.remove(reply)

    assert [reply.text for reply in timeline.replies(first)] == ["another"]


def test_a_reply_that_one_person_sees_is_not_counted(timeline: Timeline) -> None:
    first = timeline.post("C1", "U1", "first")
    timeline.post("C1", "U2", "for you", thread_ts=first.ts, ephemeral_to="U1")

    assert timeline.replies(first) == []


def test_a_removed_message_with_replies_leaves_a_tombstone_until_the_last_goes(timeline: Timeline) -> None:
    first = timeline.post("C1", "U1", "first")
    reply = timeline.post("C1", "U2", "reply", thread_ts=first.ts)
    timeline.remove(first)
    left = timeline.get("C1", first.ts)
    timeline.remove(reply)

    assert left is not None
    assert (left.subtype, left.text, left.user) == ("tombstone", "This message was deleted.", "USLACKBOT")
    assert timeline.in_channel("C1") == []


def test_the_first_message_of_a_thread_is_no_reply(timeline: Timeline) -> None:
    first = timeline.post("C1", "U1", "first")
    begun = timeline.change(first, thread_ts=first.ts)

    assert (begun.is_reply, timeline.replies(begun)) == (False, [])
