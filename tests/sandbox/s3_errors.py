"""S3's refusals, in its own words.
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from .errors import AwsError
from .signature import Reason, SignatureRefused

# What AwsError is made of: an exception that is raised twice drags its first
# traceback along, so these are not exceptions yet.
ACCESS_DENIED = (403, "AccessDenied", "Access Denied")
NO_SUCH_BUCKET = (404, "NoSuchBucket", "The specified bucket does not exist")
NO_SUCH_KEY = (404, "NoSuchKey", "The specified key does not exist.")
NO_SUCH_VERSION = (404, "NoSuchVersion", "The specified version does not exist.")
INVALID_VERSION = (400, "InvalidArgument", "Invalid version id specified")
INVALID_ARGUMENT = (400, "InvalidArgument", "Argument is invalid")
WRONG_TOKEN = (400, "InvalidArgument", "The continuation token provided is incorrect")
METHOD_NOT_ALLOWED = (
    405,
    "MethodNotAllowed",
    "The specified method is not allowed against this resource.",
)
INVALID_DIGEST = (400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
BAD_DIGEST = (
    400,
    "BadDigest",
    "The Content-MD5 you specified did not match what we received.",
)
PRECONDITION_FAILED = (
    412,
    "PreconditionFailed",
    "At least one of the pre-conditions you specified did not hold",
)
NOT_IMPLEMENTED = (
    501,
    "NotImplemented",
    "A header or query you provided implies functionality that is not implemented.",
)
NO_PAYLOAD_HASH = (
    400,
    "InvalidRequest",
    "Missing required header for this request: x-amz-content-sha256",
)
# The sandbox speaks plain HTTP, where a payload ought to be signed: it takes
# no UNSIGNED-PAYLOAD.
WRONG_PAYLOAD_HASH = (
    400,
    "XAmzContentSHA256Mismatch",
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
)
EXPIRED_TOKEN = (400, "ExpiredToken", "The provided token has expired.")

# The answers to the faults that refuse a call.
BY_FAULT = {
    "throttling": (503, "SlowDown", "Please reduce your request rate."),
    "conflict": (
        409,
        "ConditionalRequestConflict",
        "The conditional request cannot succeed due to a conflicting operation.",
    ),
    "500": (500, "InternalError", "We encountered an internal error. Please try again."),
    "expired-token": EXPIRED_TOKEN,
    "access-denied": ACCESS_DENIED,
    "precondition-failed": PRECONDITION_FAILED,
}


def for_signature(refused: SignatureRefused, region: str, bucket: str, redirect: bool) -> AwsError:
    text = refused.message
    match refused.reason:
        case Reason.MISSING:
            return AwsError(*ACCESS_DENIED)
        case Reason.UNKNOWN_KEY:
            problem = "The AWS Access Key Id you provided does not exist in our records."
            return AwsError(403, "InvalidAccessKeyId", problem)
        case Reason.BAD_TOKEN:
            problem = "The provided token is malformed or otherwise invalid."
            return AwsError(400, "InvalidToken", problem)
        case Reason.EXPIRED_TOKEN:
            return AwsError(*EXPIRED_TOKEN)
        case Reason.WRONG_REGION if redirect:
            return _permanent_redirect(region, bucket)
        case Reason.WRONG_REGION:
            problem = f"the region '{text}' is wrong; expecting '{region}'"
            return _malformed(problem, {"Region": region}, {"x-amz-bucket-region": region})
        case Reason.MALFORMED | Reason.WRONG_SERVICE:
            return _malformed(text)
        case Reason.SKEWED:
            problem = "The difference between the request time and the server's time is too large."
            return AwsError(403, "RequestTimeTooSkewed", problem, {"RequestTime": text})
        case Reason.UNSIGNED_HEADER:
            problem = "There were headers present in the request which were not signed"
            return AwsError(403, "AccessDenied", problem, {"HeadersNotSigned": text})
        case Reason.MISMATCH:
            problem = (
                "The request signature we calculated does not match the signature you provided. "
                "Check your key and signing method."
            )
            computed = {
                "CanonicalRequest": refused.canonical_request,
                "StringToSign": refused.string_to_sign,
            }
            return AwsError(403, "SignatureDoesNotMatch", problem, computed)


def _malformed(problem, details=None, headers=None):
    message = f"The authorization header is malformed; {problem}"
    return AwsError(400, "AuthorizationHeaderMalformed", message, details, headers)


def _permanent_redirect(region, bucket):
    return AwsError(
        301,
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint.",
        {"Endpoint": f"s3.{region}.amazonaws.com", "Bucket": bucket},
        {"x-amz-bucket-region": region},
    )
