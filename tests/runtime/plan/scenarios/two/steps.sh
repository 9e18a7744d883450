step 't1' 'T1' kind='shell' file='f.sh' else='run:back'
step 't2' 'T2' kind='shell' file='f.sh'
