from flask import Blueprint

bp = Blueprint("findings_queue", __name__)
