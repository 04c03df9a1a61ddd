"""The professionals' pages: who needs me, why, and what next."""
