"""Fields of one line: what cannot be seen does not stand in it."""

from django import forms

from advisor.text.escaping import visible


class OneLineField(forms.CharField):
    """A name, a reason, a place."""

    default_validators = [visible]
