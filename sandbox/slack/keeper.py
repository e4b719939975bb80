"""What a person does to channels and messages, with or without an app."""

import re

from sandbox.slack.errors import CannotActError
from sandbox.slack.model import Channel, Message, User
from sandbox.slack.onlooker import Onlooker
from sandbox.slack.timeline import TOMBSTONE

# https://docs.slack.dev/reference/methods/conversations.rename: lower case letters of any script, digits, - and _.
CHANNEL_NAME = re.compile(r"[\w-]{1,80}")


class Keeper(Onlooker):
    """A user who tidies up. Whoever is a guest or from elsewhere is not offered any of it."""

    def archive(self, channel: str) -> Channel:
        """Close a channel (by name or ID) for good; what was said stays to be read."""
        place = self._kept(channel)
        return self._workspace.change_channel(place, by=self._user_id, is_archived=True)

    def unarchive(self, channel: str) -> Channel:
        """Open an archived channel again."""
        place = self._shared(channel)
        if not place.is_archived:
            raise CannotActError(f"#{place.name} is not archived")
        return self._workspace.change_channel(place, by=self._user_id, is_archived=False)

    def rename(self, channel: str, name: str) -> Channel:
        """Give a channel another name; its ID stays."""
        place, bare = self._kept(channel), name.removeprefix("#")
        if not CHANNEL_NAME.fullmatch(bare) or bare != bare.lower():
            raise CannotActError(f"{name!r} is no name of a channel: up to 80 small letters, digits, - and _")
        if any(other.name == bare and other.id != place.id for other in self._workspace.channels.values()):
            raise CannotActError(f"the name #{bare} is taken")
        return self._workspace.change_channel(place, by=self._user_id, name=bare)

    def kick(self, channel: str, who: str = "") -> Channel:
        """Take somebody out of a channel: the app, or the person of that name."""
        place, user = self._own(channel), self._named(who)
        if user.id not in place.members:
            raise CannotActError(f"{user.name} is not in #{place.name}")
        return self._workspace.change_channel(place, by=self._user_id, members=place.members - {user.id})

    def invite(self, channel: str, who: str = "") -> Channel:
        """Add somebody to a channel: the app, or the person of that name."""
        place, user = self._own(channel), self._named(who)
        if user.id in place.members:
            raise CannotActError(f"{user.name} is in #{place.name} already")
        return self._workspace.change_channel(place, by=self._user_id, members=place.members | {user.id})

    def delete(self, message: Message) -> None:
        """Delete a message: one's own, as an admin anybody's, and of those that only oneself sees all."""
        now = self._workspace.timeline.get(message.channel, message.ts)
        if now is None or now.subtype == TOMBSTONE or not self._workspace.sees(self.user, now):
            raise CannotActError("the message is not there any more, or not for this person")
        if not (self.user.is_admin or now.user == self._user_id or now.ephemeral_to):
            raise CannotActError("only an admin deletes what somebody else wrote")
        self._workspace.timeline.remove(now)

    def _shared(self, channel: str) -> Channel:
        place = self._place(channel)
        if place.is_im:
            raise CannotActError("a direct message stays as it is")
        if self.user.is_restricted or self.user.is_stranger:
            raise CannotActError(f"{self.user.name} may not change #{place.name}")
        return place

    def _kept(self, channel: str) -> Channel:
        place = self._shared(channel)
        if place.is_archived:
            raise CannotActError(f"#{place.name} is archived")
        return place

    def _own(self, channel: str) -> Channel:
        place = self._kept(channel)
        if self._user_id not in place.members:
            raise CannotActError(f"{self.user.name} is not in #{place.name}")
        return place

    def _named(self, who: str) -> User:
        return self._workspace.user_named(who or self._workspace.app.user)
