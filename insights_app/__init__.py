"""The insights app: pages over the published tables, rendered on the server.

`catalogue/` says what is shown, `published/` reads it, `pages/` draws it, `server/` answers requests.
"""
