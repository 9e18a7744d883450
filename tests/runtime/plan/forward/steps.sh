phase 'one' 'Phase one' at='0'
step 'do-a' 'Do A' \
    kind='shell' \
    change='a' \
    effect='apply' \
    file='do-a.sh' \
    applied='is-a' \
    takes='60'
phase 'two' 'Phase two' at='3600'
decision 'proceed' 'Go on?' at='3600' by='dba' needs='check:is-up' else='run:back'
step 'do-b' 'Do B' \
    kind='shell' \
    change='b' \
    effect='apply' \
    file='do-b.sh'
