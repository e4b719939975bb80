"""How often an app may post: https://docs.slack.dev/apis/web-api/rate-limits."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.slack.faults import Fault
from sandbox.slack.model import Clock

# One message a second and channel. More are tolerated for a moment, no page says how many: this is a low guess.
POSTS_PER_SECOND = 1.0
POST_BURST = 4


@dataclass
class _Bucket:
    tokens: float
    filled: float


class PostLimit:
    """A token bucket for each channel: so many posts at once, then one a second. Refused ones take no token."""

    def __init__(self, clock: Clock, burst: int = POST_BURST) -> None:
        if burst < 1:
            raise ValueError(f"a burst is at least one message, not {burst}")
        self._clock = clock
        self._burst = burst
        self._buckets: dict[str, _Bucket] = {}

    def refuses(self, _method: str, channel: str) -> bool:
        """Count a post, and say whether it is one too many."""
        now = self._clock().timestamp()
        bucket = self._buckets.setdefault(channel, _Bucket(self._burst, now))
        gained = max(0.0, now - bucket.filled) * POSTS_PER_SECOND
        bucket.tokens, bucket.filled = min(self._burst, bucket.tokens + gained), now
        if bucket.tokens < 1:
            return True
        bucket.tokens -= 1
        return False


def post_limit(clock: Clock, burst: int = POST_BURST) -> Fault:
    """Return the real limit of chat.postMessage as a fault: 429, and Retry-After until the next one may come."""
    refuses: Callable[[str, str], bool] = PostLimit(clock, burst).refuses
    return Fault("rate_limited", "chat.postMessage", seconds=1 / POSTS_PER_SECOND, fits=refuses)
