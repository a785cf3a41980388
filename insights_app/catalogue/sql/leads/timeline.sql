select
    occurred_at,
    interaction_type,
    entity_type,
    entity_id,
    entity_name,
    concat_ws(
        ' · ',
        change,
        case when stage is distinct from stage_before then concat(coalesce(stage_before, 'no stage'), ' → ', stage) end,
        case when score is distinct from score_before then concat('score ', score) end,
        detail
    ) as detail
from mart_lead_timeline
where lead_id = $id and cast(occurred_at as date) between $from and $to
order by occurred_at desc, interaction_id
limit 200
