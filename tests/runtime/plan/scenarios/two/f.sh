false
echo never
