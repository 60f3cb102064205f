from django.apps import AppConfig


class AdvisorConfig(AppConfig):
    name = "advisor"

    def ready(self) -> None:
        from advisor.audit import audited_models
        from advisor.environment import checks  # noqa: F401  listens
        from advisor.limits import stored  # noqa: F401  listens
        from advisor.sign_in import receivers  # noqa: F401  listens

        audited_models.register()
