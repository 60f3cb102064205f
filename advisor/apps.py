from django.apps import AppConfig


class AdvisorConfig(AppConfig):
    name = "advisor"

    def ready(self) -> None:
        from advisor import audited, checks, receivers  # noqa: F401  two register themselves

        audited.register()
