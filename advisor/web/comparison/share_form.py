"""The form that makes a link."""

from django import forms


class ShareForm(forms.Form):
    """For how long a link is open."""

    days = forms.IntegerField(label="Valid for, days", initial=30, min_value=1, max_value=365)
