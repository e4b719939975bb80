"""The revisions. They spell out plain column types, so that later changes of the program cannot change the past."""
