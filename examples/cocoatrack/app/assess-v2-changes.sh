#!/bin/sh
# What was written to V2 since the switch, table by table, and what of it V1 could not hold. Changes nothing, needs no freeze.
exec sh "$(dirname -- "$0")/sync-v2-to-v1.sh" --assess
