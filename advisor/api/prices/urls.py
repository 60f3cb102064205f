from django.urls import path

from advisor.api.prices.views import (
    OverridesView,
    OverrideView,
    PriceChangesView,
    PriceFetchesView,
    PriceListsView,
    PricesView,
)

urlpatterns = [
    path("", PricesView.as_view(), name="api-prices"),
    path("lists/", PriceListsView.as_view(), name="api-price-lists"),
    path("changes/", PriceChangesView.as_view(), name="api-price-changes"),
    path("fetches/", PriceFetchesView.as_view(), name="api-price-fetches"),
    path("overrides/", OverridesView.as_view(), name="api-price-overrides"),
    path("overrides/<uuid:uid>/", OverrideView.as_view(), name="api-price-override"),
]
