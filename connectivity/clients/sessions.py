"""Clients of AWS's APIs in the accounts that are watched, by the role of each."""

from functools import lru_cache
from typing import Any, NamedTuple

import boto3
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from connectivity.clients import AwsError
from connectivity.clients.demo import DemoClient

CONFIG = Config(
    retries={"mode": "adaptive", "max_attempts": 4},
    connect_timeout=10,
    read_timeout=60,
    user_agent_extra="connectivity-advisor",
)
REFUSED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"}
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "RequestExpired"}
THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
}


class Refused(AwsError):
    """A permission is missing; says which."""

    def __init__(self, text: str, action: str) -> None:
        super().__init__(text)
        self.action = action


class AccountAccess(NamedTuple):
    """In which account a client works, and how it gets there."""

    account: str
    role_arn: str = ""  # empty: with the process's own credentials
    external_id: str = ""
    is_demo: bool = False


def client(access: AccountAccess, service: str, region: str) -> Any:
    """A client that renews its credentials by itself.

    Raises:
        AwsError: no credentials of our own, or no such Region.
    """
    if access.is_demo:
        return DemoClient(access.account, service, region)
    try:
        session: Any = boto3.Session(botocore_session=_session(access, region), region_name=region)
        return session.client(service, config=CONFIG)
    except (BotoCoreError, ValueError) as error:
        raise AwsError(f"{service} in account {access.account}, {region}: {error}") from error


def _session(access: AccountAccess, region: str) -> Any:
    session = get_session()
    session.set_config_variable("region", region)
    if not access.role_arn:
        _must_be_in(access.account, region)
        return session
    own = session.get_credentials()
    if own is None:
        raise AwsError(
            f"account {access.account}: the worker has no credentials of its own with which to "
            f"assume the role; provide them through boto3's standard credential chain"
        )
    arguments = {"RoleSessionName": "connectivity-advisor", "ExternalId": access.external_id}
    fetcher = AssumeRoleCredentialFetcher(
        session.create_client, own, access.role_arn, extra_args=arguments
    )
    renewed = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
    taken: Any = get_session()
    taken._credentials = renewed  # botocore's own way: it has no public one
    return taken


def _must_be_in(account: str, region: str) -> None:
    """Our own credentials show their own account only, whatever somebody typed."""
    own = _own_account(region)
    if own != account:
        raise AwsError(
            f"account {account}: the worker's own credentials belong to account {own}; name a role"
        )


@lru_cache(maxsize=8)
def _own_account(region: str) -> str:
    try:
        sts: Any = boto3.Session(region_name=region).client("sts", config=CONFIG)
        return str(sts.get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise AwsError(f"the worker has no credentials of its own: {error}") from error


def explained(error: BotoCoreError | ClientError, request: str, action: str) -> AwsError:
    """An error in words: what was asked for, and what would help."""
    if not isinstance(error, ClientError):
        return AwsError(f"{request}: {error}")
    code = error.response["Error"].get("Code", "unknown")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if error.operation_name == "AssumeRole":
        return Refused(
            f"{request}: the role cannot be assumed ({code}); its trust policy must allow this "
            "product's identity and the external ID of this account",
            "sts:AssumeRole",
        )
    if code in EXPIRED:
        return AwsError(
            f"{request}: {code}; the credentials have expired, and are renewed on the next attempt"
        )
    if code in REFUSED or status == 403:
        return Refused(f"{request}: {code}; allow {action}", action)
    if code in THROTTLED:
        return AwsError(f"{request}: {code}; AWS throttles the requests; they are retried later")
    return AwsError(f"{request}: {code}")
