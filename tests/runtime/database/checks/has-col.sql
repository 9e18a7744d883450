SELECT count(*) FROM pg_attribute WHERE attrelid = 'u'::regclass AND attname = 'c'
