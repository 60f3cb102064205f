"""The team, its members and log; an account's tokens; background work."""

from django.urls import path

from advisor.web.team import account, closing, jobs, kept, leaving, views

urlpatterns = [
    path("jobs/", jobs.index, name="jobs"),
    path("jobs/<uuid:uid>/", jobs.show, name="job"),
    path("jobs/<uuid:uid>/cancel/", jobs.cancel, name="job-cancel"),
    path("account/delete/", leaving.account, name="account-delete"),
    path("account/tokens/", account.tokens, name="tokens"),
    path("account/tokens/<uuid:uid>/revoke/", account.revoke, name="revoke"),
    path("team/", views.show, name="team"),
    path("team/zone/", account.zone, name="zone"),
    path("team/rename/", views.rename, name="team-rename"),
    path("team/invite/", views.invite, name="team-invite"),
    path(
        "team/invitations/<uuid:uid>/revoke/",
        views.revoke_invitation,
        name="team-invitation-revoke",
    ),
    path("team/members/<uuid:uid>/role/", views.set_role, name="team-role"),
    path("team/members/<uuid:uid>/remove/", views.remove, name="team-remove"),
    path("team/leave/", views.leave, name="team-leave"),
    path("team/delete/", closing.delete, name="team-delete"),
    path("team/keep/", closing.keep, name="team-keep"),
    path("team/files.zip", closing.files, name="team-files"),
    path("team/members/<uuid:uid>/sign-out/", leaving.sign_out, name="team-member-sign-out"),
    path("team/kept/", kept.show, name="team-kept"),
    path("team/log/", views.audit, name="audit"),
    path("team/log.csv", views.audit_csv, name="audit-csv"),
    path("teams/new/", views.new, name="team-new"),
    path("teams/<uuid:uid>/switch/", views.switch, name="team-switch"),
    path("invitations/<str:key>/", views.invitation, name="invitation"),
    path("invitations/<str:key>/accept/", views.accept, name="invitation-accept"),
]
