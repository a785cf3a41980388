"""SQL that unwraps events from envelopes of EventBridge, SQS, Lambda, API Gateway and CloudWatch."""

from __future__ import annotations

from ingestion.sql import quoted

#: How many envelopes may lie in each other: SQS in CloudWatch, EventBridge in SQS.
_DEEPEST = 3
#: Ends of keys, of which every envelope has one. The search is for ends that begin with a capital, because
#: DuckDB searches for the first letter and documents have fewer capitals than quotes. A text that contains
#: JSON as a string is opened too.
_SIGNS = ("ail-type", "Records", "Messages", "logEvents", "requestContext", "httpMethod", "Base64Encoded")


def may_be_enveloped(text_sql: str) -> str:
    """Cheap boolean SQL over a document as text: whether the document may be an envelope."""
    signs = " or ".join(f"contains({text_sql}, {quoted(sign + chr(34))})" for sign in _SIGNS)
    return f"({text_sql}[1] = '\"' or {signs})"


def opened(doc_sql: str) -> str:
    """SQL for the list of documents (JSON) in an envelope; a document that is no envelope is its own list."""
    found = f"[{doc_sql}]"
    for _ in range(_DEEPEST):
        found = f"flatten(list_transform({found}, lambda one: {_opened_once('one')}))"
    return found


def foreign_event(body_sql: str) -> str:
    """SQL for the type of event that an EventBridge envelope names.

    Null if the record is no such envelope.
    """
    source = f"json_extract_string({body_sql}, '$.source')"
    kind = f"json_extract_string({body_sql}, '$.\"detail-type\"')"
    return f"case when {kind} is not null then concat_ws(', ', {kind}, {source}) end"


def _opened_once(doc: str) -> str:
    """SQL for the documents one level inside an envelope."""
    record = f"""
        case
            when json_type(record, '$.Sns') = 'OBJECT' then (record -> '$.Sns')
            when json_type(record, '$.body') = 'VARCHAR' then {_parsed("record ->> '$.body'")}
            when json_type(record, '$.kinesis.data') = 'VARCHAR'
            then {_parsed(_from_base64("record ->> '$.kinesis.data'"))}
            else record
        end
    """
    body = f"{doc} ->> '$.body'"
    plain_body = (
        f"case when ({doc} ->> '$.isBase64Encoded') = 'true' then {_from_base64(body)} else {body} end"
    )
    # An event without a time gets the time of its envelope.
    detail = f"json_merge_patch({doc} -> '$.detail', json_object('Timestamp', {doc} ->> '$.time'))"
    is_ours = (
        f"(({doc} ->> '$.source') not like 'aws.%' or ({doc} ->> '$.source') = 'aws.ses')"
        f" and json_type({doc}, '$.detail') = 'OBJECT'"
    )
    return f"""
        case
            when json_type({doc}) = 'VARCHAR' and json_valid({doc} ->> '$')
            then {_elements(f"cast({doc} ->> '$' as JSON)")}
            when json_type({doc}) <> 'OBJECT' then [{doc}]
            when json_exists({doc}, '$."detail-type"') and {is_ours} then [{detail}]
            when json_type({doc}, '$.Records') = 'ARRAY'
            then list_transform(cast({doc} -> '$.Records' as JSON[]), lambda record: {record})
            when json_type({doc}, '$.Messages') = 'ARRAY'
            then list_transform(
                cast({doc} -> '$.Messages' as JSON[]), lambda record: {_parsed("record ->> '$.Body'")}
            )
            when json_type({doc}, '$.logEvents') = 'ARRAY'
            then list_transform(
                cast({doc} -> '$.logEvents' as JSON[]), lambda record: {_parsed("record ->> '$.message'")}
            )
            when json_type({doc}, '$.body') = 'VARCHAR'
                and (json_exists({doc}, '$.requestContext') or json_exists({doc}, '$.httpMethod')
                    or json_exists({doc}, '$.isBase64Encoded'))
            then {_elements(_parsed(plain_body))}
            else [{doc}]
        end
    """


def _parsed(text_sql: str) -> str:
    """SQL for a text parsed as JSON; a text that is not JSON becomes a JSON string, which is then refused."""
    return f"coalesce(try_cast({text_sql} as JSON), to_json({text_sql}))"


def _elements(json_sql: str) -> str:
    """SQL for the list of an array's elements; any other value is the only element."""
    return f"case when json_type({json_sql}) = 'ARRAY' then cast({json_sql} as JSON[]) else [{json_sql}] end"


def _from_base64(text_sql: str) -> str:
    return f"try(decode(from_base64({text_sql})))"
