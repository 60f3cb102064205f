"""A topology's comparison: the page and its parts, exports, scenarios, shared links."""

from django.urls import path

from advisor.web.comparison import (
    outlook,
    plan_lifts,
    plan_views,
    scenarios,
    share_links,
    views,
)
from advisor.web.comparison.besides import views as besides
from advisor.web.comparison.hand_over import hand_over

urlpatterns = [
    path("topologies/<uuid:uid>/", views.show, name="topology"),
    *(
        path(
            f"topologies/<uuid:uid>/comparison.{kind}",
            views.download,
            {"kind": kind},
            name=f"comparison-{kind}",
        )
        for kind in ("json", "csv", "md")
    ),
    path("topologies/<uuid:uid>/hand-over.zip", hand_over, name="hand-over"),
    path("topologies/<uuid:uid>/keep/", views.keep, name="keep"),
    path("topologies/<uuid:uid>/own-price/", views.own_price, name="own-price"),
    path("topologies/<uuid:uid>/load-prices/", views.load_prices, name="load-prices"),
    path("topologies/<uuid:uid>/plan/", plan_views.progress, name="plan-progress"),
    path("topologies/<uuid:uid>/plan/compute/", plan_views.compute, name="plan-compute"),
    path("topologies/<uuid:uid>/curves/", views.curves, name="curves"),
    path("topologies/<uuid:uid>/plan/lifts/", plan_lifts.show, name="plan-lifts"),
    path("topologies/<uuid:uid>/plan/details/", besides.show, name="plan-details"),
    path(
        "topologies/<uuid:uid>/plan/details/compute/",
        besides.compute,
        name="plan-details-compute",
    ),
    path(
        "topologies/<uuid:uid>/plan/details/progress/",
        besides.progress,
        name="plan-details-progress",
    ),
    *(
        path(f"topologies/<uuid:uid>/plan/{file}", besides.download, {"kind": kind}, name=name)
        for file, kind, name in (
            ("explanation.csv", "explanation", "plan-explanation-csv"),
            ("steps.csv", "steps", "plan-steps-csv"),
            ("picture.svg", "picture", "plan-picture"),
        )
    ),
    path("topologies/<uuid:uid>/outlook/", outlook.show, name="outlook"),
    path("topologies/<uuid:uid>/print/", views.print_view, name="print"),
    path("topologies/<uuid:uid>/share/", share_links.share, name="share"),
    path("shared/<str:key>/", share_links.shared, name="shared"),
    path("shared/<uuid:uid>/revoke/", share_links.revoke, name="share-revoke"),
    path("scenarios/", scenarios.show, name="scenarios"),
]
