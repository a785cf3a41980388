select
    interaction_id,
    occurred_at,
    interaction_type,
    entity_type,
    entity_id,
    entity_name,
    case change
        when 'stage' then concat(coalesce(stage_before, 'no stage'), ' → ', coalesce(stage, 'no stage'))
        when 'score' then concat_ws(
            ' · ',
            concat(case when score_before is not null then printf('%g → ', score_before) end, printf('%g', score)),
            'grade ' || grade,
            lead_scoring_model_id
        )
        else detail
    end as detail
from mart_lead_timeline
where lead_id = $id and cast(occurred_at as date) between $from and $to
