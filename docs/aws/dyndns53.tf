# What dyndns53 needs at AWS, for Terraform or OpenTofu: a hosted zone (or the one
# that is there already), a bucket for the hosts, a topic for alerts, and policies
# that allow what is needed and no more. Copy it into a folder of its own, or name
# that folder as a module.
#
#     terraform init
#     terraform apply -var hosted_zone_id=Z0123456789ABCDEFGHIJ -var bucket_name=...
#
# For a server outside AWS add -var make_user=true; and -var state_prefix=state, if it
# is to remember what happened (DYNDNS_STATE). No access key is made here, for it would
# stand in Terraform's state: `aws iam create-access-key --user-name NAME` makes one,
# where NAME is the output user. On EC2, ECS or EKS attach the policies to a role.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "hosted_zone_id" {
  description = "The hosted zone that is there already; empty to make one"
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(Z[A-Z0-9]{1,31})?$", var.hosted_zone_id))
    error_message = "Give the id of a hosted zone, as in Z0123456789ABCDEFGHIJ."
  }
}

variable "hosted_zone_name" {
  description = "Without hosted_zone_id, the name of the zone to make, as in dyn.example.org"
  type        = string
  default     = ""
}

variable "bucket_name" {
  description = "The name of the bucket to make"
  type        = string
}

variable "database_key" {
  description = "The key of the CSV object in the bucket (DYNDNS_DATABASE)"
  type        = string
  default     = "hosts.csv"
}

variable "state_prefix" {
  description = "Where in the bucket the server keeps what happened, as in state (DYNDNS_STATE is s3://BUCKET/state then); empty if it keeps nothing"
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([^/]+(/[^/]+)*)?$", var.state_prefix))
    error_message = "Give a prefix without slashes at its ends, as in state."
  }
}

variable "journal_days" {
  description = "After how many days, 7 or more, to delete what was written below state_prefix/events/; 0 for never"
  type        = number
  default     = 0

  validation {
    condition     = var.journal_days == 0 || var.journal_days >= 7
    error_message = "Give 0, or 7 days or more."
  }
}

variable "allow_expiry" {
  description = "Whether the server may remove records, of hosts that do not call any more (DYNDNS_EXPIRE_AFTER)"
  type        = bool
  default     = false
}

variable "alert_email" {
  description = "Who is told of alerts by mail; empty for nobody"
  type        = string
  default     = ""
}

variable "make_user" {
  description = "Whether to make an IAM user, for a server outside AWS"
  type        = bool
  default     = false
}

data "aws_partition" "current" {}

locals {
  keeps_state = var.state_prefix != ""
  makes_zone  = var.hosted_zone_id == ""
  zone_id     = local.makes_zone ? aws_route53_zone.dyndns53[0].zone_id : var.hosted_zone_id
  zone_arn    = "arn:${data.aws_partition.current.partition}:route53:::hostedzone/${local.zone_id}"
}

resource "aws_route53_zone" "dyndns53" {
  count = local.makes_zone ? 1 : 0
  name  = var.hosted_zone_name

  lifecycle {
    prevent_destroy = true

    precondition {
      condition     = var.hosted_zone_name != ""
      error_message = "Give hosted_zone_id, or hosted_zone_name for a zone to be made."
    }
  }
}

# The hosts and their tokens. What is overwritten can be had back for 90 days.
resource "aws_s3_bucket" "dyndns53" {
  bucket = var.bucket_name

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "dyndns53" {
  bucket = aws_s3_bucket.dyndns53.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "dyndns53" {
  bucket = aws_s3_bucket.dyndns53.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "dyndns53" {
  bucket                  = aws_s3_bucket.dyndns53.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "dyndns53" {
  bucket = aws_s3_bucket.dyndns53.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "dyndns53" {
  depends_on = [aws_s3_bucket_versioning.dyndns53]
  bucket     = aws_s3_bucket.dyndns53.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 90
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # The snapshot and the alerts are written over often, and nobody wants what they
  # were.
  rule {
    id     = "old-state"
    status = local.keeps_state ? "Enabled" : "Disabled"

    filter {
      prefix = "${var.state_prefix}/"
    }

    expiration {
      expired_object_delete_marker = true
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  # Only the journal's objects, each of which is about a minute.
  rule {
    id     = "old-journal"
    status = local.keeps_state && var.journal_days > 0 ? "Enabled" : "Disabled"

    filter {
      prefix = "${var.state_prefix}/events/"
    }

    expiration {
      days = var.journal_days > 0 ? var.journal_days : 400
    }
  }
}

data "aws_iam_policy_document" "bucket" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.dyndns53.arn, "${aws_s3_bucket.dyndns53.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "dyndns53" {
  depends_on = [aws_s3_bucket_public_access_block.dyndns53]
  bucket     = aws_s3_bucket.dyndns53.id
  policy     = data.aws_iam_policy_document.bucket.json
}

resource "aws_sns_topic" "dyndns53" {
  name_prefix = "dyndns53-"
}

resource "aws_sns_topic_subscription" "mail" {
  count     = var.alert_email == "" ? 0 : 1
  topic_arn = aws_sns_topic.dyndns53.arn
  protocol  = "email"
  endpoint  = var.alert_email
}

# The policy of the README: what the server needs, and dyndb to change hosts.
data "aws_iam_policy_document" "server" {
  statement {
    effect    = "Allow"
    actions   = ["route53:ChangeResourceRecordSets"]
    resources = [local.zone_arn]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "route53:ChangeResourceRecordSetsActions"
      values   = var.allow_expiry ? ["UPSERT", "DELETE"] : ["UPSERT"]
    }

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "route53:ChangeResourceRecordSetsRecordTypes"
      values   = ["A", "AAAA"]
    }
  }

  statement {
    effect    = "Allow"
    actions   = ["route53:ListResourceRecordSets"]
    resources = [local.zone_arn]
  }

  statement {
    effect    = "Allow"
    actions   = ["route53:ListHostedZones"]
    resources = ["*"]
  }

  statement {
    effect    = "Allow"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.dyndns53.arn}/${var.database_key}"]
  }
}

resource "aws_iam_policy" "server" {
  name_prefix = "dyndns53-server-"
  description = "dyndns53 sets addresses in one zone, and reads and writes one file"
  policy      = data.aws_iam_policy_document.server.json
}

# What the server needs for DYNDNS_STATE and DYNDNS_ALERT_TOPIC, and dyndb to show it
# and to add its own changes.
data "aws_iam_policy_document" "state" {
  statement {
    effect    = "Allow"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.dyndns53.arn}/${var.state_prefix}/*"]
  }

  statement {
    effect    = "Allow"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.dyndns53.arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${var.state_prefix}/*"]
    }
  }

  statement {
    effect    = "Allow"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.dyndns53.arn]
  }
}

resource "aws_iam_policy" "state" {
  count       = local.keeps_state ? 1 : 0
  name_prefix = "dyndns53-state-"
  description = "dyndns53 keeps what happened below one prefix, and tells of trouble"
  policy      = data.aws_iam_policy_document.state.json
}

# What dyndb needs beyond it: for --previous, for alerts, and to wait for a change.
data "aws_iam_policy_document" "operator" {
  statement {
    effect    = "Allow"
    actions   = ["s3:GetObjectVersion"]
    resources = ["${aws_s3_bucket.dyndns53.arn}/${var.database_key}"]
  }

  statement {
    effect    = "Allow"
    actions   = ["s3:ListBucket", "s3:ListBucketVersions"]
    resources = [aws_s3_bucket.dyndns53.arn]
  }

  statement {
    effect    = "Allow"
    actions   = ["route53:GetHostedZone"]
    resources = [local.zone_arn]
  }

  statement {
    effect    = "Allow"
    actions   = ["route53:GetChange"]
    resources = ["arn:${data.aws_partition.current.partition}:route53:::change/*"]
  }

  statement {
    effect    = "Allow"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.dyndns53.arn]
  }
}

resource "aws_iam_policy" "operator" {
  name_prefix = "dyndns53-operator-"
  description = "What an operator of dyndns53 needs beyond the server's policy"
  policy      = data.aws_iam_policy_document.operator.json
}

resource "aws_iam_user" "server" {
  count = var.make_user ? 1 : 0
  name  = "dyndns53"
}

resource "aws_iam_user_policy_attachment" "server" {
  count      = var.make_user ? 1 : 0
  user       = aws_iam_user.server[0].name
  policy_arn = aws_iam_policy.server.arn
}

resource "aws_iam_user_policy_attachment" "state" {
  count      = var.make_user && local.keeps_state ? 1 : 0
  user       = aws_iam_user.server[0].name
  policy_arn = aws_iam_policy.state[0].arn
}

output "hosted_zone" {
  description = "The id of the hosted zone"
  value       = local.zone_id
}

output "name_servers" {
  description = "The name servers to give to your domain's registrar, of a zone that is made"
  value       = local.makes_zone ? aws_route53_zone.dyndns53[0].name_servers : []
}

output "bucket" {
  description = "DYNDNS_BUCKET"
  value       = aws_s3_bucket.dyndns53.id
}

output "database" {
  description = "DYNDNS_DATABASE"
  value       = var.database_key
}

output "state" {
  description = "DYNDNS_STATE, or nothing"
  value       = local.keeps_state ? "s3://${aws_s3_bucket.dyndns53.id}/${var.state_prefix}" : ""
}

output "topic" {
  description = "DYNDNS_ALERT_TOPIC, and the topic for `dyndb set-ip --alert-topic`"
  value       = aws_sns_topic.dyndns53.arn
}

output "server_policy" {
  description = "To be attached to the role or the user of the server"
  value       = aws_iam_policy.server.arn
}

output "state_policy" {
  description = "To be attached, besides, to the roles or users of the server and of an operator; or nothing"
  value       = local.keeps_state ? aws_iam_policy.state[0].arn : ""
}

output "operator_policy" {
  description = "To be attached, besides, to the role or the user of an operator"
  value       = aws_iam_policy.operator.arn
}

output "user" {
  description = "The user that is made; give it an access key"
  value       = var.make_user ? aws_iam_user.server[0].name : null
}
