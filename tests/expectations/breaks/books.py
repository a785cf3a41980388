"""What breaks promises about the books."""

from __future__ import annotations

from tests.expectations.breaks.sql import OUTCOMES, STAGED, Changes, delete, update

BREAKS: Changes = {
    "books_balance": {
        "a duplicate too many": update("build_files", "duplicates = duplicates + 1"),
        "a negative number of duplicates": update(
            "build_files", "duplicates = -1, ignored = ignored + duplicates + 1"
        ),
    },
    "books_list_every_file": {
        "a file without a book": delete("build_files"),
        "a record read that the ledger does not know": update(
            "build_files", "records_read = records_read + 1, duplicates = duplicates + 1"
        ),
    },
    "books_list_every_quarantined_record": {
        "a bad record that nobody can find": update("build_files", "quarantined = quarantined + 1")
    },
    "books_explain_every_landed_record": {
        "a landed record without a fate": update(OUTCOMES, "records = records - 1")
    },
    "books_trace_every_interaction": {
        "a record that matches nothing counted as one that identifies": update(
            OUTCOMES, "outcome = 'identity'", "outcome = 'no_match'"
        ),
        "an interaction of no file": update(STAGED, "file_id = 999"),
        "an interaction on another one's record": update(
            STAGED,
            "line_number = line_number - 1",
            "interaction_type = 'email_sent' and (file_id, line_number - 1, item_index) in"
            f" (select (file_id, line_number, item_index) from {STAGED} where interaction_type like 'email%')",
        ),
    },
    "books_list_every_ignored_record": {
        "an ignored record that the books do not know": "insert into build_ignored by name"
        " select feed, arrival_date, 'wink' as record_type, 'not_modelled' as reason, 1 as records"
        " from build_files limit 1"
    },
    "books_list_every_lost_value": {
        "a lost value that the ledger does not know": "insert into build_nulled by name"
        " select feed, arrival_date, 'country' as field, 1 as records from build_files limit 1"
    },
    "books_list_every_unmatched_record": {
        "a record that matches nothing for another reason than is listed": update(
            "build_unmatched", "cause = 'other'"
        )
    },
}
