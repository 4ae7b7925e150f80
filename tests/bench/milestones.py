"""Days of opening and of starting for two thirds of a bench's projects, beside those that samples have already."""

from __future__ import annotations

from sqlalchemy import Engine, text

from portfolio.domain.terms import Stage
from portfolio.store.engine import open_session
from portfolio.store.openings import renew_openings

_INSERT = """
INSERT INTO milestone (project_id, stage, planned_on, forecast_on, actual_on, is_confirmed, version)
SELECT id, :stage,
       date(printf('%d-06-15', start_year + :after), printf('+%d days', id * 37 % 200)),
       CASE WHEN id % 4 = 0 THEN date(printf('%d-07-15', start_year + :after), printf('+%d days', id * 37 % 400)) END,
       CASE WHEN id % 5 = 0 THEN date(printf('%d-06-25', start_year + :after), printf('+%d days', id * 37 % 200)) END,
       false, 1
FROM project WHERE is_sample AND id % 3 > 0
ON CONFLICT (project_id, stage) DO NOTHING
"""


def add_milestones(engine: Engine) -> int:
    """Give projects the milestones 开工, 竣工验收 and 移交投用, most of them planned alone; return how many."""
    made = 0
    with open_session(engine, write=True, actor="bench") as session:
        for stage, after in ((Stage.STARTED, 0), (Stage.ACCEPTED, 2), (Stage.IN_USE, 2)):
            given = {"stage": stage.value, "after": after}
            made += session.connection().execute(text(_INSERT), given).rowcount
        renew_openings(session)
        session.commit()
    return made
