"""Leaves the short run out of the suite as long as the bot tells some changes twice."""

# Delivery is at least once today. With delivery that tells each change once this becomes True, and then goes.
TELLS_ONCE = True

collect_ignore = [] if TELLS_ONCE else ["test_short.py"]
