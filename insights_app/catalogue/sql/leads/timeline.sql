select
    interaction_id,
    occurred_at,
    interaction_type,
    entity_type,
    entity_id,
    entity_name,
    detail,
    is_machine,
    change,
    stage_before,
    stage,
    score_before,
    score,
    grade,
    lead_scoring_model_id
from mart_lead_timeline
where lead_id = $id and cast(occurred_at as date) between $from and $to
