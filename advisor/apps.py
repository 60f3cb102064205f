from django.apps import AppConfig


class AdvisorConfig(AppConfig):
    name = "advisor"

    def ready(self) -> None:
        from advisor import audited
        from advisor.api import schema  # noqa: F401  registers itself

        audited.register()
