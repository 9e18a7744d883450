"""The release with uuid keys."""

RELEASE = "uuid"

DATABASE_CONFIG = {
    "use_uuid_primary_keys": True,
    "uuid_version": 4,
    "enable_uuid_validation": True,
}

API_CONFIG = {
    "id_parameter_type": "uuid",
    "enable_uuid_endpoints": True,
}
