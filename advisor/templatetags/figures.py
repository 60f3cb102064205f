"""The figures of `advisor.formatting` as filters of templates."""

from django import template

from advisor.formatting import amount, exact, listed, percent, signed_us, signed_usd, us, usd

register = template.Library()

for formatted in (amount, exact, listed, percent, signed_us, signed_usd, us, usd):
    register.filter(formatted)
