step 'lite' 'Lite' kind='sql' target='lite' change='lite-col' effect='undo' unit='tx:l.sql'
step 'ucol' 'Column' kind='sql' target='main' change='col' effect='undo' unit='tx:1.sql'
step 'rows' 'Rows' kind='verify' check='rows'
