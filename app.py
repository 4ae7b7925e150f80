"""The application for any WSGI server, such as ``flask run``, waitress or gunicorn."""

from portfolio.web import create_app

app = create_app()
