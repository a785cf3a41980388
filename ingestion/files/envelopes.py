"""SQL that takes a provider's events out of what EventBridge, SQS, Lambda, API Gateway or CloudWatch wrap
around them.
"""

from __future__ import annotations

from ingestion.sql import quoted

#: An envelope may lie in another: SQS in CloudWatch, EventBridge in SQS.
_DEEPEST = 3
#: Every envelope has one of these keys. Looked for by their ends: the engine searches for the first letter,
#: and a document has fewer capitals than quotes. A text that is JSON itself is opened too.
_SIGNS = ("ail-type", "Records", "Messages", "logEvents", "requestContext", "httpMethod", "Base64Encoded")


def may_be_enveloped(text_sql: str) -> str:
    """Cheap SQL boolean over a document as text: can it be an envelope?"""
    signs = " or ".join(f"contains({text_sql}, {quoted(sign + chr(34))})" for sign in _SIGNS)
    return f"({text_sql}[1] = '\"' or {signs})"


def opened(doc_sql: str) -> str:
    """SQL of a list of the documents (JSON) in a document, itself where it is no envelope."""
    found = f"[{doc_sql}]"
    for _ in range(_DEEPEST):
        found = f"flatten(list_transform({found}, lambda one: {_opened_once('one')}))"
    return found


def foreign_event(body_sql: str) -> str:
    """SQL of what an EventBridge envelope says that it holds; null where a record is none."""
    source = f"json_extract_string({body_sql}, '$.source')"
    kind = f"json_extract_string({body_sql}, '$.\"detail-type\"')"
    return f"case when {kind} is not null then concat_ws(', ', {kind}, {source}) end"


def _opened_once(doc: str) -> str:
    """SQL of the documents right inside an envelope."""
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
    # The envelope's time stands in for a time that the event does not have.
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
    """SQL of a text as the JSON that it is; of one that is none, as a JSON string, so that it is refused."""
    return f"coalesce(try_cast({text_sql} as JSON), to_json({text_sql}))"


def _elements(json_sql: str) -> str:
    """SQL of the elements of an array, of anything else as the only one."""
    return f"case when json_type({json_sql}) = 'ARRAY' then cast({json_sql} as JSON[]) else [{json_sql}] end"


def _from_base64(text_sql: str) -> str:
    return f"try(decode(from_base64({text_sql})))"
