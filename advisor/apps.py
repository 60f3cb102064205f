from django.apps import AppConfig


class AdvisorConfig(AppConfig):
    name = "advisor"

    def ready(self) -> None:
        from advisor import audit_registry, checks, receivers  # noqa: F401  two register themselves

        audit_registry.register()
