"""Whoever calls the API, and the keys by which it knows them."""

from django.test import Client

from advisor.models import ApiToken, Membership, Role, User

CALLERS = ("anonymous", "viewer", "editor", "admin", "read token", "write token")


def keys_of(caller: str, admin: User) -> dict[str, str]:
    """What a caller of the admin's team sends with every request, by the schema's schemes."""
    if caller == "anonymous":
        return {}
    if caller.endswith("token"):
        scope = caller.split()[0]
        _, key = ApiToken.objects.create(
            user=admin, name=caller, scope=scope, team_id=admin.team_id
        )
        return {"token": f"Token {key}"}
    user = admin
    if caller != "admin":
        user = User.objects.create_user(f"a-{caller}")
        Membership.objects.filter(user=user).update(role=Role(caller))
    client = Client()
    client.force_login(user)
    return {"cookieAuth": client.cookies["sessionid"].value}
