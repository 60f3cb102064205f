"""The web server of one worker: a loop that reads and writes, and threads that only compute.

gunicorn keeps the workers (`worker`), waitress reads requests and writes answers; ours are the
deadlines (`deadlines`), the limits of bodies (`requests`) and what the loop answers by itself
(`channel`, `tasks`).
"""
