select feed, arrival_date, file, line, reason_code, message from quarantine
