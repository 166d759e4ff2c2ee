"""Two ways to use Route 53 without batching, at the best they can do: calls
as soon as the limit allows, one after the other, a throttled one at once again.

Usage: naive.py read-then-change|upsert HOSTS. Prints a line of JSON.
"""

import json
import os
import sys
import time

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from hosts import address_of, name_of

SECONDS_A_CALL = 1 / 5
AGAIN_SECONDS = 0.02


class Patient:
    """Makes calls no closer together than the account's limit has them."""

    def __init__(self, client):
        self._client = client
        self._next_at = 0.0

    def call(self, method, **arguments):
        while True:
            time.sleep(max(0.0, self._next_at - time.monotonic()))
            now = time.monotonic()
            self._next_at = now + SECONDS_A_CALL
            try:
                return getattr(self._client, method)(**arguments)
            except ClientError as error:
                if error.response["Error"]["Code"] != "Throttling":
                    raise
                self._next_at = now + AGAIN_SECONDS


def change(route53, zone_id, number):
    record = {
        "Name": name_of(number),
        "Type": "A",
        "TTL": 300,
        "ResourceRecords": [{"Value": address_of(number)}],
    }
    changes = [{"Action": "UPSERT", "ResourceRecordSet": record}]
    route53.call(
        "change_resource_record_sets", HostedZoneId=zone_id, ChangeBatch={"Changes": changes}
    )


def read_then_change(route53, zone_id, number):
    """As the service does that this one replaces."""
    route53.call(
        "list_resource_record_sets",
        HostedZoneId=zone_id,
        StartRecordName=name_of(number),
        StartRecordType="A",
        MaxItems="1",
    )
    change(route53, zone_id, number)


STRATEGIES = {"read-then-change": read_then_change, "upsert": change}


def main():
    strategy, count = STRATEGIES[sys.argv[1]], int(sys.argv[2])
    config = Config(retries={"total_max_attempts": 1})
    client = botocore.session.get_session().create_client(
        "route53", endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=config
    )
    zone_id = client.list_hosted_zones()["HostedZones"][0]["Id"]
    route53 = Patient(client)
    began = time.monotonic()
    for number in range(count):
        strategy(route53, zone_id, number)
    seconds = time.monotonic() - began
    print(json.dumps({"hosts": count, "seconds": seconds, "hosts_a_second": count / seconds}))


if __name__ == "__main__":
    main()
