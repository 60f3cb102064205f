"""The product's settings, with a secret key of this run where nobody gave one."""

import os
import sys
from importlib import import_module

from tests import secret_key

secret_key.provide()
os.environ["DJANGO_SETTINGS_MODULE"] = "advisor.settings"  # for the programs that tests start
sys.modules[__name__] = import_module("advisor.settings")
