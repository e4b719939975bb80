"""The schema's history, oldest first in versions/. A published revision is never changed."""
