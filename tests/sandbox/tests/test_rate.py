from sandbox.rate import TokenBucket


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def spend(bucket):
    spent = 0
    while bucket.take():
        spent += 1
    return spent


def test_a_bucket_is_born_full_and_holds_one_seconds_worth():
    assert spend(TokenBucket(5, clock=Clock())) == 5


def test_tokens_come_back_at_the_rate_and_never_beyond_the_burst():
    clock = Clock()
    bucket = TokenBucket(5, burst=2, clock=clock)
    assert spend(bucket) == 2
    clock.now += 0.25
    assert spend(bucket) == 1
    clock.now += 60
    assert spend(bucket) == 2
