"""The Django project: what people see and touch, above the domain."""
