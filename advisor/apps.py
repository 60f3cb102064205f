from django.apps import AppConfig


class AdvisorConfig(AppConfig):
    name = "advisor"

    def ready(self) -> None:
        from advisor import audit_registry, receivers, stored  # noqa: F401  three listen
        from advisor.environment import checks  # noqa: F401  three listen

        audit_registry.register()
