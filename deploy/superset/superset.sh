#!/usr/bin/env bash
# Superset over Touchpoint's tables, in an environment and with a database of its own.
#
#   superset.sh install   the environment, then `prepare`; again: brings it up to date
#   superset.sh prepare   Superset's own database and an administrator
#   superset.sh load      database, datasets, charts and dashboard, in place of those loaded before
#   superset.sh serve     on 127.0.0.1:8088 (SUPERSET_BIND)
#   superset.sh …         any other command of Superset, such as `fab create-user`
#
# SUPERSET_HOME          folder of all that, data/superset
# TOUCHPOINT_HOME        the warehouse, data/home
# TOUCHPOINT_TABLES_URI  instead of the published file: a copy of the tables, such as
#                        postgresql+psycopg2://reader:password@server/insights
# TOUCHPOINT_PYTHON      Python of Touchpoint's environment, .venv/bin/python
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
checkout=$(cd "$here/../.." && pwd)
export SUPERSET_HOME=${SUPERSET_HOME:-$checkout/data/superset}
export FLASK_APP="superset.app:create_app()" PYTHONPATH=$here
bin=$SUPERSET_HOME/venv/bin
administrator=admin

install() {
    mkdir -p "$SUPERSET_HOME"
    test -x "$bin/python" || python3.11 -m venv "$SUPERSET_HOME/venv"
    "$bin/python" -m pip install --quiet --disable-pip-version-check \
        --requirement "$here/requirements.txt" --constraint "$here/constraints.txt"
    prepare
}

prepare() {
    umask 077
    test -s "$SUPERSET_HOME/secret_key" || head -c 42 /dev/urandom | base64 > "$SUPERSET_HOME/secret_key"
    "$bin/superset" db upgrade
    if ! test -e "$SUPERSET_HOME/administrator"; then
        password=${SUPERSET_ADMIN_PASSWORD:-$(head -c 12 /dev/urandom | base64)}
        "$bin/superset" fab create-admin --username "$administrator" --firstname Data --lastname Team \
            --email admin@localhost --password "$password"
        echo "$administrator" > "$SUPERSET_HOME/administrator"
        echo "The administrator is $administrator, with the password $password" >&2
    fi
    "$bin/superset" init
}

load() {
    assets=$SUPERSET_HOME/assets
    PYTHONPATH=$checkout "${TOUCHPOINT_PYTHON:-$checkout/.venv/bin/python}" -m orchestration.tools.superset \
        --home "${TOUCHPOINT_HOME:-$checkout/data/home}" --to "$assets" ${TOUCHPOINT_TABLES_URI:+--uri "$TOUCHPOINT_TABLES_URI"}
    "$bin/python" "$here/load.py" "$assets" "$administrator"
}

case ${1:-} in
    install | prepare | load) "$1" ;;
    serve) exec "$bin/gunicorn" --bind "${SUPERSET_BIND:-127.0.0.1:8088}" --workers 2 --threads 4 --timeout 120 "$FLASK_APP" ;;
    "" | help | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" ;;
    *) exec "$bin/superset" "$@" ;;
esac
