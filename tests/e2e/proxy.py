"""A proxy that servers under test trust (see DEFAULTS in conftest.py), on this
machine too, and told from other callers by the address that it calls from."""

ADDRESS = "127.0.0.2"


def forwarded(*values, headers=()) -> dict:
    """For Service.send() and its kin: the request comes from the proxy, with
    these X-Forwarded-For headers. None at all is a proxy that does not tell."""
    told = [("X-Forwarded-For", value) for value in values]
    return {"headers": [*headers, *told], "source": ADDRESS}
