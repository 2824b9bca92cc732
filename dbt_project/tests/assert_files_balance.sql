{{ config(tags=['build']) }}

-- Ingest itself refuses a file that does not balance; this is the second look.
select
    source_file,
    rows_read,
    rows_kept,
    rows_unchanged,
    rows_quarantined,
    rows_held_back
from {{ source('raw', 'load_ledger') }}
where rows_read <> rows_kept + rows_unchanged + rows_quarantined + rows_held_back
