"""The refusal of a request, before it is written in a service's own XML."""


class AwsError(Exception):
    """An answer of `status`, with AWS's error code and message.

    `details` are further elements of the error document (S3's <Region>),
    `headers` are further headers of the reply.
    """

    def __init__(self, status, code, message, details=None, headers=None):
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details or {}
        self.headers = headers or {}
