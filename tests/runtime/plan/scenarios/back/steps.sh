step 'tell' 'Tell people' kind='send' message='hello'
step 'undo-b' 'Undo B' \
    kind='shell' change='b' effect='undo' file='undo-b.sh' takes='30'
begin group 'grp' 'The rest' only-if='check:is-up'
step 'undo-a' 'Undo A' \
    kind='shell' change='a' effect='undo' file='undo-a.sh' undone='is-a' retry='1' every='0'
end 'grp'
step 'up' 'It is up' kind='verify' check='is-up'
