"""The patient's phone: today, the check before, the session, the morning after, progress, help."""
