"""Append-only log of who read or wrote whose data: `from mortise.web.audit.log import record, verify, Process`."""
