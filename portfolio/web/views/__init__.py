"""The pages, one module per noun."""

from portfolio.web.views import (
    account,
    api,
    commitments,
    downloads,
    facts,
    health,
    layouts,
    lights,
    map_settings,
    mapdata,
    mapfiles,
    maps,
    money,
    ogc,
    overview,
    places,
    projects,
    report,
    report_grid,
    reports,
    settings,
    tokens,
    users,
    wallmaps,
)

ROUTES_ON_REPORTS = (report, report_grid)  # modules that add their routes to the blueprint of ``reports``

BLUEPRINTS = (
    overview.blueprint,
    projects.blueprint,
    maps.blueprint,
    places.blueprint,
    mapdata.blueprint,
    mapfiles.blueprint,
    wallmaps.blueprint,
    layouts.blueprint,
    lights.blueprint,
    money.blueprint,
    commitments.blueprint,
    facts.blueprint,
    reports.blueprint,
    downloads.blueprint,
    api.blueprint,
    ogc.blueprint,
    account.blueprint,
    health.blueprint,
    tokens.blueprint,
    users.blueprint,
    settings.blueprint,
    map_settings.blueprint,
)

SETTING_GROUPS = (map_settings.REVIEW,)
