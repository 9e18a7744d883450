phase 'prep' 'Prepare'
step 'take-snap' 'Take the snapshot' \
    kind='take' \
    backup='snap'
