from django.apps import AppConfig


class AdvisorConfig(AppConfig):
    name = "advisor"

    def ready(self) -> None:
        from advisor import audited, checks  # noqa: F401  registers itself

        audited.register()
