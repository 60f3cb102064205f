from django.apps import AppConfig


class CostmodelConfig(AppConfig):
    name = "costmodel"
