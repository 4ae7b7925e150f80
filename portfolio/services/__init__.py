"""Every write: one function for each thing a planner does. Rules across records are checked here; nothing commits."""
