"""Every write: one function for each thing a planner does. Rules across records are checked here; nothing commits."""

from portfolio.services import membership as membership  # its listener is there before anything is written
