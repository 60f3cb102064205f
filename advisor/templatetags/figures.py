"""The figures of `advisor.text.formatting` as filters of templates."""

from django import template

from advisor.text.formatting import amount, exact, listed, percent, signed_us, signed_usd, us, usd

register = template.Library()

for formatted in (amount, exact, listed, percent, signed_us, signed_usd, us, usd):
    register.filter(formatted)
