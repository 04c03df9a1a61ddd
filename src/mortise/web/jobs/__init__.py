"""Work done apart from requests: queued with the row that needs it, done again when interrupted, given up out loud.

Queue and worker are django-tasks with its database backend; ours are the beat of a worker, the reaper, trying again,
the timetable and the stopping of what runs too long. A job may run twice and must then do nothing twice.
"""
