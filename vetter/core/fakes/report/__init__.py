"""Report on a reviewer by the test rows of a session; start at `reviewer_report`."""
