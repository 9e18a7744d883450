"""The release with integer keys, tagged pre-uuid-migration."""

RELEASE = "integer"

DATABASE_CONFIG = {
    "use_uuid_primary_keys": False,
    "uuid_version": None,
    "enable_uuid_validation": False,
}

API_CONFIG = {
    "id_parameter_type": "int",
    "enable_uuid_endpoints": False,
}
