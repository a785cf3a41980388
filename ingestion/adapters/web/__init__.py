"""Sources of web events: calls of trackers and the access logs of web servers, one module per source."""
