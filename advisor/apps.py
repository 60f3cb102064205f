from django.apps import AppConfig


class AdvisorConfig(AppConfig):
    name = "advisor"

    def ready(self) -> None:
        from advisor import audit_registry, checks, receivers, stored  # noqa: F401  three listen

        audit_registry.register()
