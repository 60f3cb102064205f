#!/usr/bin/env python
"""Runs the product's commands: `manage.py help` lists them."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here; run scripts/setup, then .venv/bin/python manage.py")
    execute_from_command_line(sys.argv)
