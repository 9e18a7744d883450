phase 'p' 'P' at='0'
step 'col' 'Column' kind='sql' target='main' change='col' effect='apply' unit='tx:1.sql' unit='auto:2.sql' unit='tx:3.sql' verify='has-col'
step 'lite-col' 'Lite' kind='sql' target='lite' change='lite-col' effect='apply' unit='tx:l.sql'
