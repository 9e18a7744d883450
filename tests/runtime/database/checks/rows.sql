SELECT count(*) FROM u
