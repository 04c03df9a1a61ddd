"""Patients, episodes and facts: the only room that touches patient data. Everything here is audited."""
