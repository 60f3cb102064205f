"""Who gets reports: nobody who did not say yes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from advisor.models import Delivery, Membership, Recipient, Team, User
from advisor.models.reports import UNSUBSCRIBE
from advisor.reports import recipients, sending
from advisor.teams import membership
from connectivity.core.problems import DocumentRefused
from tests.doubles.mailbox import Mailbox
from tests.mails import one_mail, send_all, states, verified, wanting, willing

pytestmark = pytest.mark.django_db
State = Delivery.State


def test_an_address_that_is_not_verified_is_asked_whoever_says_that_it_is_theirs(
    team: Team, user: User, box: Mailbox
) -> None:
    user.email = "victim@example.org"
    user.save()
    recipient, outcome = recipients.add(team.pk, user.email, user)
    assert (recipient.state, outcome) == ("not confirmed yet", sending.Outcome(State.SENT))
    recipients.confirm(recipient)
    recipients.unsubscribe(recipient)
    recipient, outcome = recipients.add(team.pk, user.email, user)
    assert (recipient.state, len(box.mails)) == ("unsubscribed", 2)


def test_removing_and_adding_does_not_ask_again(team: Team, user: User, box: Mailbox) -> None:
    recipient, _ = recipients.add(team.pk, "boss@example.org", user)
    recipients.remove(team.pk, recipient.uid)
    assert not recipients.confirm(Recipient.objects.get())
    with pytest.raises(DocumentRefused, match="less than an hour ago"):
        recipients.add(team.pk, "boss@example.org", user)
    assert len(box.mails) == 1


def test_a_question_that_was_not_sent_may_be_asked_at_once(
    team: Team, user: User, box: Mailbox
) -> None:
    box.to_recipient = "450 busy"
    recipient, outcome = recipients.add(team.pk, "boss@example.org", user)
    assert outcome is not None
    assert outcome.state == State.WAITING
    box.to_recipient = "250 OK"
    assert recipients.add(team.pk, "boss@example.org", user)[1] == sending.Outcome(State.SENT)


def test_a_team_asks_so_many_strangers_a_day(team: Team, user: User, box: Mailbox) -> None:
    now = timezone.now()
    Recipient.objects.bulk_create(
        Recipient(team=team, address=f"s{i}@example.org", asked_at=now)
        for i in range(recipients.MAX_ASKED)
    )
    with pytest.raises(DocumentRefused, match="try again tomorrow"):
        recipients.add(team.pk, "boss@example.org", user)
    assert box.mails == []


def test_a_team_cannot_write_letters_to_strangers_by_its_name(
    team: Team, user: User, box: Mailbox
) -> None:
    team.name = "Default\r\n\r\nYour account is locked: evil"
    team.save()
    recipients.add(team.pk, "boss@example.org", user)
    (mail,) = box.of("boss@example.org")
    assert 'team "Default Your account is locked: evil" would like' in mail.get_content()


def test_who_unsubscribes_before_it_is_sent_does_not_get_it(team: Team, box: Mailbox) -> None:
    one_mail(team)
    recipients.unsubscribe(Recipient.objects.get())
    send_all()
    assert (box.mails, states()) == ([], [State.SKIPPED])
    assert willing(team) == []


def test_a_member_gets_it_at_once_and_others_after_they_say_yes(
    team: Team, user: User, box: Mailbox
) -> None:
    verified(user, "Alice@Example.com")
    member, outcome = recipients.add(team.pk, " ALICE@example.com ", user)
    assert (member.state, outcome) == ("gets it", None)
    other, outcome = recipients.add(team.pk, "boss@example.org", user)
    assert outcome == sending.Outcome(State.SENT)
    assert other.state == "not confirmed yet"
    assert willing(team) == [member]
    (mail,) = box.of("boss@example.org")
    assert other.confirm_key in mail.get_content()
    assert recipients.confirm(other)
    assert set(willing(team)) == {member, other}


def test_a_question_is_asked_once_an_hour_and_open_for_a_week(
    team: Team, user: User, box: Mailbox
) -> None:
    recipient, _ = recipients.add(team.pk, "boss@example.org", user)
    with pytest.raises(DocumentRefused, match="less than an hour ago"):
        recipients.add(team.pk, "boss@example.org", user)
    assert len(box.mails) == 1
    recipient.asked_at = timezone.now() - timedelta(days=8)
    recipient.save()
    assert not recipients.confirm(recipient)
    assert willing(team) == []


def test_who_unsubscribed_is_asked_before_it_begins_again(
    team: Team, user: User, box: Mailbox
) -> None:
    helper = verified(User.objects.create_user("helper"), "helper@example.com")
    recipient, _ = recipients.add(team.pk, helper.email, user)
    recipients.unsubscribe(recipient)
    recipients.remove(team.pk, recipient.uid)  # it is remembered all the same
    recipient, outcome = recipients.add(team.pk, helper.email, user)
    assert (recipient.state, outcome) == ("unsubscribed", sending.Outcome(State.SENT))
    recipient, outcome = recipients.add(team.pk, helper.email, helper)  # by itself
    assert (recipient.state, outcome) == ("gets it", None)


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "a@example.com\nBcc: x@example.com"])
def test_what_is_no_address_is_refused(team: Team, user: User, address: str) -> None:
    with pytest.raises(DocumentRefused, match="is not an address"):
        recipients.add(team.pk, address, user)
    assert not Recipient.objects.exists()


def test_who_leaves_the_team_gets_no_more(team: Team, user: User) -> None:
    helper = verified(User.objects.create_user("helper"), "helper@example.com")
    recipients.add(team.pk, helper.email, helper)
    helper.email = "another@example.com"
    helper.save()
    assert len(willing(team)) == 1
    User.objects.filter(pk=helper.pk).update(is_active=False)
    assert willing(team) == []
    User.objects.filter(pk=helper.pk).update(is_active=True)
    membership.remove(team.pk, Membership.objects.get(user=helper).uid)
    assert willing(team) == []


def test_keys_of_one_purpose_are_of_no_use_for_another(team: Team) -> None:
    (recipient,) = wanting(team, "a@example.com")
    for key in (recipient.confirm_key, recipient.unsubscribe_key[:-1], "", "x:y"):
        with pytest.raises(Recipient.DoesNotExist):
            Recipient.by_key(key, UNSUBSCRIBE)
    assert Recipient.by_key(recipient.unsubscribe_key, UNSUBSCRIBE) == recipient
