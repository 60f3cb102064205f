"""What others may want to know about prices."""

from django.dispatch import Signal

prices_in_force = Signal()
"""Another price list is in force, after it is stored. `team_id`: for that team; None: for all."""
