"""When the background work runs: all of it, in one table. Times are UTC."""

from celery.schedules import crontab

SCHEDULE = {
    "jobs that lost their worker": {
        "task": "put-back-jobs",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "health that is due": {
        "task": "collect-due-health",
        "schedule": 10.0,
        "options": {"expires": 8},
    },
    "what happened, to webhooks": {
        "task": "send-webhooks",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "the weekly reports": {
        "task": "tell-the-week",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 240},
    },
    "plans whose inputs changed": {
        "task": "look-at-plans",
        "schedule": crontab(minute="3-59/10"),
        "options": {"expires": 500},
    },
    "mails of reports that wait": {
        "task": "send-reports",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "hours and days from points": {
        "task": "look-after-points",
        "schedule": crontab(minute="7"),
        "options": {"expires": 1800},
    },
    "AWS's prices of the week": {
        "task": "refresh-prices",
        "schedule": crontab(minute="41", hour="4", day_of_week="sun"),
        "options": {"expires": 3600},
    },
    "teams whose week is over": {
        "task": "delete-due-teams",
        "schedule": crontab(minute="27"),
        "options": {"expires": 1800},
    },
    "what is no longer needed": {
        "task": "clear-expired",
        "schedule": crontab(minute="17", hour="3"),
        "options": {"expires": 3600},
    },
}
