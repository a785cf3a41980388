"""Superset's settings for Touchpoint: one machine, its own database beside it, nothing sent anywhere.

Superset finds this file because `superset.sh` puts this folder on its path. Everything that differs from
machine to machine comes from the environment.
"""

import os
from pathlib import Path

HOME = Path(os.environ["SUPERSET_HOME"])

#: Signs the cookies of readers. `install.sh` makes one; set it yourself where several servers share it.
SECRET_KEY = os.environ.get("SUPERSET_SECRET_KEY") or (HOME / "secret_key").read_text().strip()
#: Superset's own tables: users, dashboards. SQLite serves one machine; for more, PostgreSQL.
SQLALCHEMY_DATABASE_URI = os.environ.get("SUPERSET_DATABASE_URI", f"sqlite:///{HOME / 'superset.db'}")

# A DuckDB file is opened anew for each query, and so shows a new build at once; answers are kept this long.
DATA_CACHE_CONFIG = {
    "CACHE_TYPE": "FileSystemCache",
    "CACHE_DIR": str(HOME / "cache"),
    "CACHE_DEFAULT_TIMEOUT": 300,
}
ROW_LIMIT = 10_000
SQLLAB_TIMEOUT = 60

# Superset draws maps with tiles from the network and counts its installations; neither is wanted here.
MAPBOX_API_KEY = ""
FAVICONS = [{"href": "/static/assets/images/favicon.png"}]
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
WTF_CSRF_ENABLED = True
