"""Short forms of the calls that tests make."""

import pytest
from botocore.exceptions import ClientError


def rrset(name, *values, type="A", ttl=60, **more):
    records = [{"Value": value} for value in values]
    return {"Name": name, "Type": type, **more, "TTL": ttl, "ResourceRecords": records}


def upsert(name, *values, **more):
    return {"Action": "UPSERT", "ResourceRecordSet": rrset(name, *values, **more)}


def create(name, *values, **more):
    return {"Action": "CREATE", "ResourceRecordSet": rrset(name, *values, **more)}


def delete(name, *values, **more):
    return {"Action": "DELETE", "ResourceRecordSet": rrset(name, *values, **more)}


def change(client, zone, *changes, **batch):
    return client.change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": list(changes), **batch}
    )


def refusal(call, *args, **kwargs):
    """Returns the status, code and message with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    response = caught.value.response
    error = response["Error"]
    return response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"]
