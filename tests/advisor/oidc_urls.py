"""The product's addresses as they are where an OpenID Connect provider is configured."""

from advisor.urls import oidc
from advisor.urls import urlpatterns as usual

urlpatterns = [*oidc, *usual]
