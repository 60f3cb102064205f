from django.apps import AppConfig


class AdvisorConfig(AppConfig):
    name = "advisor"

    def ready(self) -> None:
        from advisor import receivers  # noqa: F401  three listen
        from advisor.audit import audited_models
        from advisor.environment import checks  # noqa: F401  three listen
        from advisor.limits import stored  # noqa: F401  three listen

        audited_models.register()
