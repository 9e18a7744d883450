step 'take-db' 'Take' kind='take' backup='db'
step 'cap' 'Capture' kind='capture' check='rows'
