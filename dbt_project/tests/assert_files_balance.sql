select
    source_file,
    rows_read,
    rows_kept,
    rows_unchanged,
    rows_quarantined
from {{ source('raw', 'load_ledger') }}
where rows_read <> rows_kept + rows_unchanged + rows_quarantined
