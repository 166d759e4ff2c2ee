"""Route 53's refusals, in its own words."""

from .errors import AwsError
from .signature import Reason, SignatureRefused

# What AwsError is made of: an exception that is raised twice drags its first
# traceback along, so these are not exceptions yet.
THROTTLED = (400, "Throttling", "Rate exceeded")
PRIOR_REQUEST = (
    400,
    "PriorRequestNotComplete",
    "The request was rejected because Route 53 was still processing a prior request.",
)
EXPIRED_TOKEN = (403, "ExpiredToken", "The security token included in the request is expired")
INVALID_TOKEN = (
    403,
    "InvalidClientTokenId",
    "The security token included in the request is invalid.",
)

# The answers to the faults that refuse a call.
BY_FAULT = {
    "throttling": THROTTLED,
    "prior-request": PRIOR_REQUEST,
    "500": (500, "InternalFailure", "An internal error occurred."),
    "expired-token": EXPIRED_TOKEN,
    "access-denied": (
        403,
        "AccessDenied",
        "User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform this action",
    ),
}


def for_signature(refused: SignatureRefused) -> AwsError:
    text = refused.message
    match refused.reason:
        case Reason.MISSING:
            return AwsError(403, "MissingAuthenticationToken", "Missing Authentication Token")
        case Reason.UNKNOWN_KEY | Reason.BAD_TOKEN:
            return AwsError(*INVALID_TOKEN)
        case Reason.EXPIRED_TOKEN:
            return AwsError(*EXPIRED_TOKEN)
        case Reason.MALFORMED:
            return AwsError(400, "IncompleteSignature", text)
        case Reason.WRONG_SERVICE:
            problem = "Credential should be scoped to correct service: 'route53'."
        case Reason.WRONG_REGION:
            problem = "Credential should be scoped to a valid region."
        case Reason.SKEWED:
            problem = (
                f"Signature expired: {text} is now earlier than {refused.server_time} - 5 min."
                if text < refused.server_time
                else f"Signature not yet current: {text} is still later than "
                f"{refused.server_time} + 5 min."
            )
        case Reason.UNSIGNED_HEADER:
            problem = f"'{text}' must be a 'SignedHeader' in the AWS Authorization."
        case Reason.MISMATCH:
            problem = (
                "The request signature we calculated does not match the signature you provided. "
                "Check your AWS Secret Access Key and signing method. The Canonical String for "
                f"this request should have been\n'{refused.canonical_request}'\n\nThe "
                f"String-to-Sign should have been\n'{refused.string_to_sign}'"
            )
    return AwsError(403, "SignatureDoesNotMatch", problem)
