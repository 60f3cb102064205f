#!/usr/bin/env python
"""Runs the product's commands: `manage.py help` lists them."""

import gc
import os
import sys

ALLOCATIONS = 200_000  # between two looks for garbage; Python's own is meant for small programs

if __name__ == "__main__":
    gc.set_threshold(ALLOCATIONS, 20, 100)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here; run scripts/setup, then .venv/bin/python manage.py")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    finally:
        gc.freeze()  # the end of the process frees everything at once
