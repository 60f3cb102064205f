"""How people and scripts sign in: django-allauth's adapters, second factors, tokens."""
