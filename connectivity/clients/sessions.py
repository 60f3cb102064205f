"""Clients of AWS's APIs in the accounts that are watched, by the role of each.

Credentials are taken once an account and kept until they expire; clients are made once a round.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import boto3
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError
from botocore.session import get_session

from connectivity.clients import AwsError
from connectivity.clients.aws_errors import ERRORS, explained
from connectivity.clients.call_deadline import ATTEMPT_S, CallDeadline
from connectivity.clients.demo import DemoClient
from connectivity.core.health.troubles import Trouble

CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 4},
    connect_timeout=ATTEMPT_S,
    read_timeout=ATTEMPT_S,
    user_agent_extra="connectivity-advisor",
)
HOMES = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}  # Regions that nobody turns off
HOME = "us-east-1"
MAX_ACCOUNTS = 1_000  # whose credentials a process keeps


class AccountAccess(NamedTuple):
    """In which account a client works, and how it gets there."""

    account: str
    role_arn: str = ""  # empty: with the process's own credentials
    external_id: str = ""
    is_demo: bool = False


class Clients:
    """The clients of one round: each made once, all closed with it.

    With `is_fresh` credentials are taken anew, so that what an owner has just changed is seen.
    """

    def __init__(self, *, is_fresh: bool = False) -> None:
        self._is_fresh = is_fresh
        self._clients: dict[tuple[AccountAccess, str, str], Any] = {}

    def __call__(self, access: AccountAccess, service: str, region: str) -> Any:
        """A client that renews its credentials by itself.

        Raises:
            AwsError: no credentials of our own, or no such Region.
        """
        key = (access, service, region)
        if key not in self._clients:
            self._clients[key] = self._made(access, service, region)
        return self._clients[key]

    def _made(self, access: AccountAccess, service: str, region: str) -> Any:
        if access.is_demo:
            return DemoClient(access.account, service, region)
        try:
            credentials = (_credentials.__wrapped__ if self._is_fresh else _credentials)(access)
            return _client(credentials, service, region)
        except (BotoCoreError, ValueError) as error:
            where = f"{service} in account {access.account}, {region}"
            if isinstance(error, BotoCoreError):
                raise explained(error, where, "") from error
            raise AwsError(f"{where}: {error}") from error

    def close(self) -> None:
        """Their connections."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()


def forget() -> None:
    """Take all credentials anew: they were rejected, or the environment has changed."""
    for kept in (_credentials, _own_credentials, _own_account):
        kept.cache_clear()


def _client(credentials: Any, service: str, region: str) -> Any:
    session = _session()
    session._credentials = credentials  # botocore's own way: it has no public one
    aws: Any = boto3.Session(botocore_session=session, region_name=region)
    client = aws.client(service, config=CONFIG)
    CallDeadline(client)
    return client


def _session() -> Any:
    session: Any = get_session()
    session.register_component("data_loader", _models())
    return session


@lru_cache(maxsize=1)
def _models() -> Any:
    """The services' models, read once a process: EC2's alone takes a fifth of a second."""
    return get_session().get_component("data_loader")


def _home(access: AccountAccess) -> str:
    """Where STS is asked: in the worker's own Region, else in one that is always enabled.

    Not in the Region that is watched, which may be off; what a Region's own endpoint issues is
    valid in all of them. Source: AWS, knowledge-center/iam-validate-access-credentials, 2026.
    """
    partition = access.role_arn.split(":")[1] if access.role_arn else ""
    own = _session().get_config_variable("region")
    return str(own or HOMES.get(partition, HOME))


@lru_cache(maxsize=MAX_ACCOUNTS)
def _credentials(access: AccountAccess) -> Any:
    """Raises: AwsError: we have none of our own, or those of another account."""
    own = _own_credentials()
    if not access.role_arn:
        _must_be_in(access)
        return own
    arguments = {"RoleSessionName": "connectivity-advisor", "ExternalId": access.external_id}
    fetcher = AssumeRoleCredentialFetcher(
        _creator(_home(access)), own, access.role_arn, extra_args=arguments
    )
    return DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")


def _creator(region: str) -> Callable[..., Any]:
    """As a session makes clients, within our deadlines and in one Region."""

    def create(service: str, **options: Any) -> Any:
        client = _session().create_client(
            service, **options | {"config": CONFIG, "region_name": region}
        )
        CallDeadline(client)
        return client

    return create


@lru_cache(maxsize=1)
def _own_credentials() -> Any:
    """Raises: AwsError: there are none."""
    own = _session().get_credentials()
    if own is None:
        hint = "provide them through boto3's standard credential chain"
        raise AwsError(f"{Trouble.NO_CREDENTIALS.headline}; {hint}", Trouble.NO_CREDENTIALS)
    return own


def _must_be_in(access: AccountAccess) -> None:
    """Our own credentials show their own account only, whatever somebody typed."""
    own = _own_account(_home(access))
    if own != access.account:
        raise AwsError(
            f"account {access.account}: {Trouble.WRONG_ACCOUNT.headline}, {own}; name a role",
            Trouble.WRONG_ACCOUNT,
        )


@lru_cache(maxsize=8)
def _own_account(region: str) -> str:
    try:
        sts = _client(_own_credentials(), "sts", region)
        return str(sts.get_caller_identity()["Account"])
    except ERRORS as error:
        request = "GetCallerIdentity with the worker's own credentials"
        raise explained(error, request, "") from error
