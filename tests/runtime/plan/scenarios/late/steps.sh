step 'x' 'X' kind='show' check='is-up'
