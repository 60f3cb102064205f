from django.apps import AppConfig


class AdvisorConfig(AppConfig):
    name = "advisor"

    def ready(self) -> None:
        from advisor import audit_registry

        audit_registry.register()
