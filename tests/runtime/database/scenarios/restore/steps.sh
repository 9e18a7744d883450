step 'r' 'R' kind='restore' backup='db' change='col' effect='undo' undoes='idx'
step 'rows' 'Rows' kind='verify' check='rows'
