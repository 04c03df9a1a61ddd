"""Clinics, people, signing in, and the patient's link to a phone."""
